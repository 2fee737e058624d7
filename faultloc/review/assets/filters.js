// The filters of the grid, which the address keeps, so that it can be kept, sent and gone back to.

const form = document.getElementById("filters");
const NAMES = ["given", "suggested", "kind", "verdict", "folder", "name", "new"];
let relabelledAs = new URLSearchParams(location.search).get("new") || ""; // has no field; it comes from an overview

export function current() {
  const chosen = {};
  for (const name of NAMES) {
    const value = name === "new" ? relabelledAs : form.elements[name].value.trim();
    if (value) chosen[name] = value;
  }
  return chosen;
}

function fromAddress() {
  const asked = new URLSearchParams(location.search);
  for (const name of NAMES.filter((name) => name !== "new")) {
    const field = form.elements[name], value = asked.get(name) || "";
    // A class that nobody is labelled with any more is in no list, and asked for all the same.
    if (field.tagName === "SELECT" && value && ![...field.options].some((option) => option.value === value)) {
      field.add(new Option(value));
    }
    field.value = value;
  }
}

// `onChange` hears each new filter.
export function follow(onChange) {
  let waiting;
  const changed = () => {
    clearTimeout(waiting);
    const chosen = new URLSearchParams(current());
    history.replaceState(null, "", `/grid${chosen.size ? `?${chosen}` : ""}`);
    onChange(current());
  };
  fromAddress();
  form.addEventListener("change", () => {
    relabelledAs = "";
    changed();
  });
  form.addEventListener("input", (event) => {
    if (event.target.tagName !== "INPUT") return;
    clearTimeout(waiting);
    waiting = setTimeout(changed, 250);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("clear").addEventListener("click", () => {
    for (const field of form.querySelectorAll("select, input")) field.value = "";
    relabelledAs = "";
    changed();
  });
}

export function search() {
  form.elements.name.focus();
}
