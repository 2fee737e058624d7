// The dialog in which a class is chosen: typing filters, arrows move, Enter chooses.

const chooser = document.getElementById("chooser");
const filter = document.getElementById("filter");
const choices = [...document.querySelectorAll("#classes button")];
let onChosen = () => {};

// A folder of macOS takes an accent apart from its letter; who types does not.
const folded = (text) => text.normalize("NFKC").toLowerCase();

function candidates() {
  return choices.filter((choice) => !choice.parentElement.hidden && !choice.disabled);
}

function highlight(choice) {
  for (const other of choices) other.setAttribute("aria-current", other === choice);
  if (choice) choice.scrollIntoView({ block: "nearest" });
}

function narrow() {
  const typed = folded(filter.value.trim()), name = (choice) => folded(choice.textContent);
  for (const choice of choices) choice.parentElement.hidden = !name(choice).includes(typed);
  const left = candidates();
  highlight(left.find((choice) => name(choice) === typed) || left.find((choice) => name(choice).startsWith(typed)) || left[0]);
}

// `given` cannot be chosen; `suggested`, the number of a class as text, is marked at first. `then` gets the number.
export function choose(given, suggested, then) {
  for (const choice of choices) {
    choice.disabled = choice.textContent === given;
    const note = choice.disabled ? "given" : choice.dataset.class === suggested ? "likeliest other" : "";
    if (note) choice.dataset.note = note;
    else delete choice.dataset.note;
  }
  onChosen = then;
  filter.value = "";
  narrow();
  chooser.showModal();
  filter.focus();
  highlight(choices.find((choice) => choice.dataset.class === suggested && !choice.disabled) || candidates()[0]);
}

function take(choice) {
  chooser.close();
  if (choice) onChosen(Number(choice.dataset.class));
}

for (const choice of choices) choice.addEventListener("click", () => take(choice));
if (filter) {
  filter.addEventListener("input", narrow);
  filter.addEventListener("keydown", (event) => {
    const left = candidates(), at = left.findIndex((choice) => choice.getAttribute("aria-current") === "true");
    if (event.key === "Enter" && !event.isComposing) take(left[at]);
    else if (event.key === "ArrowDown") highlight(left[Math.min(at + 1, left.length - 1)]);
    else if (event.key === "ArrowUp") highlight(left[Math.max(at - 1, 0)]);
    else return;
    event.preventDefault();
  });
}
