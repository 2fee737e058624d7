// One sample in the grid.

const MARKS = { faulty: "✕ left out", fine: "✓ fine" };

export function makeCard(hasPictures) {
  const card = document.createElement("div");
  card.className = hasPictures ? "card" : "card wordy";
  card.setAttribute("role", "option");
  const inner = card.appendChild(document.createElement("div"));
  inner.className = "inner";
  const shown = inner.appendChild(document.createElement(hasPictures ? "img" : "p"));
  shown.className = "shown";
  shown.dir = "auto";
  if (hasPictures) {
    shown.alt = "";
    shown.decoding = "async";
    shown.addEventListener("error", () => card.classList.add("unshown"));
    shown.addEventListener("load", () => card.classList.remove("unshown"));
  }
  for (const name of ["labels", "kind", "said", "name"]) {
    inner.appendChild(document.createElement("span")).className = name;
  }
  return card;
}

// `sample` is undefined while it is on its way. `isCalm`: pictures are fetched, since nobody is rushing past.
export function fillCard(card, index, sample, { isSelected, isActive, isCalm, total }) {
  const part = (name) => card.querySelector(`.${name}`), shown = part("shown");
  card.id = `card-${index}`;
  card.dataset.index = index;
  card.setAttribute("aria-selected", isSelected);
  card.setAttribute("aria-setsize", total);
  card.setAttribute("aria-posinset", index + 1);
  card.classList.toggle("active", isActive);
  card.dataset.verdict = sample ? sample.verdict : "";
  const source = sample && isCalm ? `/picture/small/${sample.row}.png` : "";
  if (shown.tagName === "IMG") {
    if (source && shown.getAttribute("src") !== source) {
      // A browser shows the picture of the sample before until the new one is there: somebody would judge by it.
      card.classList.add("unshown");
      shown.src = source;
    }
    // Else the picture of the sample that this card showed before.
    if (!source && (!sample || shown.getAttribute("src") !== `/picture/small/${sample.row}.png`)) shown.removeAttribute("src");
  } else shown.textContent = sample ? sample.text || "" : "";
  const likely = sample && sample.suggested !== sample.given ? sample.suggested : "";
  part("labels").textContent = sample ? sample.given + (likely && sample.kind ? ` → ${likely}` : "") : "…";
  part("kind").textContent = sample ? sample.kind : "";
  const said = sample && (sample.verdict === "relabel" ? `✎ ${sample.words}` : MARKS[sample.verdict]);
  part("said").textContent = [said, sample && sample.note && "note"].filter(Boolean).join(" · ");
  part("name").textContent = sample ? sample.id : "";
  card.title = sample ? `${sample.id}${sample.note ? `\n${sample.note}` : ""}` : "";
  card.setAttribute("aria-label", sample ? spoken(sample) : "on its way");
}

function spoken(sample) {
  const suspected = sample.kind ? `, ${sample.kind}, looks like ${sample.suggested}` : "";
  const said = sample.verdict ? `, judged: ${sample.words}` : "";
  return `${sample.id}, labelled ${sample.given}${suspected}${said}${sample.note ? `, note: ${sample.note}` : ""}`;
}
