// Many samples at once: moving, selecting, judging them together.

import { fillCard, makeCard } from "./card.js";
import { choose } from "./chooser.js";
import { current as currentFilter, follow, search } from "./filters.js";
import { isDialogOpen, isWriting } from "./help.js";
import { fill, keep } from "./notes.js";
import { ask, NO_ANSWER, post, say } from "./server.js";
import { VirtualGrid } from "./virtual.js";
import { Windows } from "./windows.js";

const scroller = document.getElementById("scroller");
const hasPictures = scroller.dataset.pictures === "true";
const CALM_AFTER = 90; // milliseconds of slow scrolling after which pictures are fetched
const RUSH = 4; // heights of the window a second above which they are not

const selected = new Set(); // rows of the data set
const steps = []; // what was judged together on this page, for undo
let active = 0;
let anchor = 0;
let busy = false;
let isCalm = true;
let place = [0, performance.now()];
let calming;

const windows = new Windows({ onArrival: arrived, onError: (error) => say(error.message, true) });
const grid = new VirtualGrid(scroller, document.getElementById("spacer"), {
  size: () => (hasPictures ? [scroller.clientWidth < 480 ? 116 : 148, scroller.clientWidth < 480 ? 172 : 204] : [300, 176]),
  make: () => makeCard(hasPictures),
  fill: (card, index) => {
    const sample = windows.get(index);
    fillCard(card, index, sample, {
      isSelected: Boolean(sample && selected.has(sample.row)), isActive: index === active, isCalm, total: grid.total,
    });
  },
  onRange: (first, end) => {
    noticeRush();
    if (isCalm && grid.total) windows.want(first, end);
  },
});

function noticeRush() {
  const now = performance.now(), [before, then] = place, way = Math.abs(grid.real - before);
  if (now - then < 8) return;
  place = [grid.real, now];
  const rushes = way / grid.height / ((now - then) / 1000) > RUSH && way > grid.height / 2;
  if (rushes) isCalm = false;
  if (isCalm) return;
  clearTimeout(calming);
  calming = setTimeout(() => {
    isCalm = true;
    grid.draw(false);
    grid.refill();
  }, CALM_AFTER);
}

function arrived(isNews) {
  if (isNews) {
    if (grid.total !== windows.total) grid.setTotal(windows.total);
    active = Math.min(active, Math.max(0, windows.total - 1));
    const total = windows.total;
    document.getElementById("total").textContent = total
      ? `${total.toLocaleString("en")} ${total === 1 ? "sample" : "samples"}` : "No sample is like that.";
  }
  grid.refill();
  mark();
}

function mark() {
  scroller.setAttribute("aria-activedescendant", grid.cells.has(active) ? `card-${active}` : "");
  if (!grid.cells.has(active)) scroller.removeAttribute("aria-activedescendant");
  foretell();
}

// What the verdict is about: the selected, else the marked one.
function about() {
  if (selected.size) return [...selected];
  const sample = windows.get(active);
  return sample ? [sample.row] : [];
}

const word = document.getElementById("selected");
const accept = document.querySelector("[data-action=accept]");
let foretelling, foretold = 0;

function foretell() {
  word.textContent = selected.size
    ? `${selected.size.toLocaleString("en")} selected` : windows.total === 0 ? "None" : "The marked one";
  const rows = about();
  clearTimeout(foretelling);
  const turn = ++foretold;
  if (!rows.length) return;
  foretelling = setTimeout(async () => {
    const response = await post("/outcome", { rows }).catch(() => null);
    const outcome = response && response.ok ? await response.json() : null;
    if (!outcome || turn !== foretold) return;  // of a selection that is no more, however late the answer comes
    accept.disabled = !outcome.accept;
    accept.querySelector("small").textContent = outcome.accept ? outcome.words.replace(/\.$/, "") : "nothing is suggested";
  }, 120);
}

function select(index, on) {
  const sample = windows.get(index);
  if (!sample) return;
  if (on) selected.add(sample.row);
  else selected.delete(sample.row);
}

function toggle(index) {
  const sample = windows.get(index);
  if (sample) select(index, !selected.has(sample.row));
  anchor = index;
}

// What of the range has never been in sight is asked for.
async function selectTo(index) {
  const [from, to] = [Math.min(anchor, index), Math.max(anchor, index)], filter = currentFilter(), { turn } = windows;
  let isKnown = true;
  for (let at = from; at <= to; at += 1) {
    select(at, true);
    isKnown &&= Boolean(windows.get(at));
  }
  if (!isKnown) await selectRows({ ...filter, offset: from, limit: to - from + 1 }, turn);
}

async function selectRows(asked, turn) {
  try {
    const { rows } = await ask("/rows", asked);
    if (turn !== windows.turn) return;
    for (const row of rows) selected.add(row);
  } catch (error) {
    return say(error.message, true);
  }
  grid.refill();
  mark();
}

function moveTo(index, isSelecting = false) {
  if (!grid.total) return;
  if (!isSelecting) anchor = Math.min(Math.max(0, index), grid.total - 1);
  active = Math.min(Math.max(0, index), grid.total - 1);
  if (isSelecting) selectTo(active);
  grid.show(active);
  grid.refill();
  mark();
}

const selectAll = () => selectRows(currentFilter(), windows.turn);

async function send(path, content) {
  busy = true;
  document.body.classList.add("busy");
  try {
    const response = await post(path, content);
    if (response.ok) return await response.json();
    say(await response.text(), true);
  } catch {
    say(NO_ANSWER, true);
  } finally {
    busy = false;
    document.body.classList.remove("busy");
  }
  return null;
}

function take(answer, rows) {
  const wanted = new Set(rows);
  for (const sample of windows.known()) {
    if (!wanted.has(sample.row)) continue;
    const verdict = answer.verdicts[sample.row];
    Object.assign(sample, { verdict: verdict ? verdict.decision : "", words: verdict ? verdict.words : "" });
  }
  selected.clear();
  say(answer.message || answer.done);
  grid.refill();
  mark();
}

async function judge(decision, label = null) {
  const rows = about(), single = !selected.size;
  if (!rows.length) return;
  const answer = await send("/verdicts", { rows, decision, label });
  if (!answer) return;
  steps.push(rows.filter((row) => answer.verdicts[row]));
  take(answer, rows);
  if (single) moveTo(active + 1);
}

function relabel() {
  const rows = new Set(about());
  if (!rows.size) return;
  const known = [...windows.known()].filter((sample) => rows.has(sample.row));
  const only = (name) => (new Set(known.map((sample) => sample[name])).size === 1 && known.length === rows.size ? known[0][name] : "");
  const suggested = only("suggested"), classes = [...document.querySelectorAll("#classes button")];
  const marked = suggested && classes.find((choice) => choice.textContent === suggested);
  choose(only("given"), marked ? marked.dataset.class : "", (label) => judge("relabel", label));
}

async function takeBack() {
  const rows = about();
  if (!rows.length) return;
  const answer = await send("/take-back", { rows, mine: false });
  if (answer) take(answer, rows);
}

async function undo() {
  const rows = steps.pop();
  if (!rows || !rows.length) return say("Nothing was judged on this page that is left to undo; t takes back any verdict.");
  const answer = await send("/take-back", { rows, mine: true });
  if (answer) take(answer, rows);
  else steps.push(rows);
}

function open(index) {
  const sample = windows.get(index);
  if (sample) location.assign(`/?at=${sample.row}`);
}

const noter = document.getElementById("noter"), field = noter.querySelector("textarea");
let noted;

function note() {
  noted = windows.get(active);
  if (!noted) return;
  noter.querySelector(".question").textContent = noted.id;
  fill(field, noted.note);
  noter.showModal();
  field.focus();
}

noter.addEventListener("close", async () => {
  const sample = noted, text = field.value.trim();
  await keep(field, sample.row);
  sample.note = text;
  grid.refill();
});

const actions = { accept: () => judge("accept"), relabel, fine: () => judge("fine"), faulty: () => judge("faulty"), takeBack, undo };
const keys = { a: "accept", r: "relabel", j: "fine", f: "faulty", t: "takeBack", u: "undo" };

document.addEventListener("keydown", (event) => {
  if (isDialogOpen() || isWriting(event.target) || event.altKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (key === "a") {
      event.preventDefault();
      selectAll();
    }
    return;
  }
  const onControl = event.target instanceof HTMLElement && event.target.closest("button, a, summary");
  const page = Math.max(1, Math.floor(grid.height / grid.rowHeight)) * grid.columns;
  const ways = {
    ArrowLeft: -1, ArrowRight: 1, ArrowUp: -grid.columns, ArrowDown: grid.columns, PageUp: -page, PageDown: page,
    Home: -grid.total, End: grid.total,
  };
  if (key in ways) moveTo(active + ways[key], event.shiftKey);
  else if (key === "Escape") {
    selected.clear();
    grid.refill();
    mark();
  } else if ((key === " " && !onControl) || key === "x") {
    toggle(active);
    grid.refill();
    mark();
  } else if (key === "Enter" && !onControl) open(active);
  else if (key === "/") search();
  else if (key === "n") note();
  else if (keys[key] && !event.repeat && !busy) actions[keys[key]]();
  else return;
  event.preventDefault();
});

scroller.addEventListener("click", (event) => {
  const card = event.target.closest(".card");
  if (!card) return;
  active = Number(card.dataset.index);
  if (event.shiftKey) selectTo(active);
  else toggle(active);
  grid.refill();
  mark();
});
scroller.addEventListener("dblclick", (event) => {
  const card = event.target.closest(".card");
  if (card) open(Number(card.dataset.index));
});

for (const button of document.querySelectorAll("[data-action]")) {
  button.addEventListener("click", () => {
    button.blur();
    if (!busy) actions[button.dataset.action]();
  });
}

follow((filter) => {
  selected.clear();
  active = anchor = 0;
  say("");
  windows.open(filter);
  grid.goTo(0);
  windows.want(0, 1);
});
windows.open(currentFilter());
windows.want(0, 1);
scroller.focus({ preventScroll: true });
