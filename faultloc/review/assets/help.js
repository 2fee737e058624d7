// `?` shows the keys, wherever no text is being written.

const dialog = document.getElementById("keys");

export function isWriting(target) {
  return target instanceof HTMLElement && target.matches("input, textarea, select");
}

export function isDialogOpen() {
  return Boolean(document.querySelector("dialog[open]"));
}

document.getElementById("help").addEventListener("click", () => dialog.showModal());
document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || isWriting(event.target) || isDialogOpen()) return;
  event.preventDefault();
  dialog.showModal();
});

// The menu closes when something else is clicked, and with Esc.
const menu = document.querySelector(".menu");
document.addEventListener("click", (event) => {
  if (!menu.contains(event.target) || event.target.closest("a")) menu.open = false;
});
menu.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
  event.stopPropagation();
});
