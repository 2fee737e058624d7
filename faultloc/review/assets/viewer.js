// The picture of a sample: fitted, at its real size or zoomed; and what the model reads of it, beside it on demand.

const STEPS = [0.125, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16];
let zoom = null; // null: fitted; else screen pixels a pixel of the picture
let showsInput = false;

function pixels(image) {
  return [Number(image.dataset.width) || image.naturalWidth, Number(image.dataset.height) || image.naturalHeight];
}

function fitted(image, frame) {
  const [width, height] = pixels(image);
  // A pixel grows to twelve at most: larger squares no longer look like a picture.
  return Math.min(frame.clientWidth / width, frame.clientHeight / height, 12) || 1;
}

export function lay(article) {
  for (const beside of article.querySelectorAll(".beside")) beside.hidden = !showsInput;
  for (const button of article.querySelectorAll("[data-view=input]")) button.setAttribute("aria-pressed", showsInput);
  for (const frame of article.querySelectorAll(".frame")) {
    const image = frame.querySelector("img");
    if (!image || !frame.clientWidth) continue;
    const [width] = pixels(image), isInput = frame.classList.contains("beside");
    const scale = isInput || zoom === null ? fitted(image, frame) : zoom;
    if (!width) continue;
    image.style.width = `${Math.round(width * scale)}px`;
    image.classList.toggle("coarse", scale >= 2);
    if (!isInput) {
      const words = scale === 1 ? "real size" : `${Math.round(100 * scale)} % of its real size`;
      article.querySelector(".zoomed").textContent = `Shown at ${words}.`;
    }
  }
}

function step(article, direction) {
  const frame = article.querySelector(".zoomable"), image = frame && frame.querySelector("img");
  if (!image) return;
  const now = zoom === null ? fitted(image, frame) : zoom;
  const next = direction > 0 ? STEPS.find((at) => at > now * 1.01) : STEPS.findLast((at) => at < now * 0.99);
  if (!next) return;
  const middle = [frame.scrollLeft + frame.clientWidth / 2, frame.scrollTop + frame.clientHeight / 2];
  zoom = next;
  lay(article);
  frame.scrollTo(middle[0] * (next / now) - frame.clientWidth / 2, middle[1] * (next / now) - frame.clientHeight / 2);
}

export const views = {
  fit: (article) => {
    zoom = zoom === null ? 1 : null;
    lay(article);
  },
  in: (article) => step(article, 1),
  out: (article) => step(article, -1),
  input: (article) => {
    showsInput = !showsInput;
    lay(article);
  },
};

export const viewKeys = { z: "fit", "+": "in", "=": "in", "-": "out", i: "input" };

export function prepare(articles, current) {
  for (const article of articles) {
    for (const button of article.querySelectorAll("[data-view]")) {
      button.addEventListener("click", () => views[button.dataset.view](article));
    }
    for (const frame of article.querySelectorAll(".frame")) {
      const image = frame.querySelector("img");
      if (!image) continue;
      image.addEventListener("load", () => lay(article));
      image.addEventListener("error", () => showInputInstead(article, image));
      frame.addEventListener("pointerdown", (event) => pan(frame, event));
      frame.addEventListener("wheel", (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        step(article, event.deltaY < 0 ? 1 : -1);
      });
    }
  }
  addEventListener("resize", () => lay(current()));
}

// The head of a file may be sound and the rest damaged.
function showInputInstead(article, image) {
  const row = article.dataset.row, other = `/picture/large/${row}.png`;
  if (image.getAttribute("src") === other) return;
  delete image.dataset.width;
  delete image.dataset.height;
  image.src = other;
  article.querySelector(".viewbar p").textContent = "The file cannot be decoded to its end: this is the model's input.";
}

function pan(frame, event) {
  if (event.pointerType !== "mouse" || event.button) return;
  const start = [frame.scrollLeft + event.clientX, frame.scrollTop + event.clientY];
  const move = (to) => frame.scrollTo(start[0] - to.clientX, start[1] - to.clientY);
  event.preventDefault();
  frame.focus({ preventScroll: true });
  addEventListener("pointermove", move);
  addEventListener("pointerup", () => removeEventListener("pointermove", move), { once: true });
}
