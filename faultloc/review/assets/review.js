// One sample after another. Moves on only after the answer that a verdict is on the disk.

import { choose } from "./chooser.js";
import { isDialogOpen, isWriting } from "./help.js";
import { keep } from "./notes.js";
import { NO_ANSWER, post as sendTo, say } from "./server.js";
import { lay, prepare, viewKeys, views } from "./viewer.js";

const articles = [...document.querySelectorAll("article")];
const chips = new Map([...document.querySelectorAll(".chip")].map((chip) => [chip.dataset.row, chip]));
const marks = { faulty: "✕", relabel: "✎", fine: "✓", skipped: "…" };
const skipped = new Set();
const buttons = Object.fromEntries([...document.querySelectorAll("[data-action]")].map((button) => [button.dataset.action, button]));
let current = articles.find((article) => !article.hidden);
let busy = false;
let sent = 0;

function show(article) {
  if (current) current.hidden = true;
  current = article;
  article.hidden = false;
  for (const [row, chip] of chips) chip.setAttribute("aria-current", row === article.dataset.row);
  chips.get(article.dataset.row).scrollIntoView({ block: "nearest", inline: "center" });
  scrollTo(0, 0);
  tellOutcomes(article);
  lay(article);
  const next = articles[articles.indexOf(article) + 1];
  for (const image of next ? next.querySelectorAll(".zoomable img") : []) image.loading = "eager";
}

// The buttons say what they do to this sample.
function tellOutcomes(article) {
  const { given, acceptWords } = article.dataset;
  buttons.accept.disabled = !acceptWords;
  buttons.accept.querySelector("small").textContent = acceptWords || "nothing is suggested";
  buttons.fine.querySelector("small").textContent = `keeps its label ${given}`;
}

function mark(article, decision, words, outcome) {
  article.dataset.verdict = decision;
  const chip = chips.get(article.dataset.row), state = decision || (skipped.has(article) ? "skipped" : "");
  chip.dataset.verdict = state;
  chip.querySelector(".mark").textContent = marks[state] || "";
  const said = article.querySelector(".said");
  said.hidden = !decision;
  said.textContent = decision ? `Judged: ${words}. It ${outcome}.` : "";
}

function take(answer) {
  for (const article of articles) {
    const verdict = answer.verdicts[article.dataset.row];
    if (verdict) mark(article, verdict.decision, verdict.words, answer.outcomes[article.dataset.row]);
    else mark(article, "", "", "");
  }
  for (const name of ["judged", "found", "left", "advice"]) {
    document.getElementById(name).textContent = answer.progress[name];
  }
  document.getElementById("advice").classList.toggle("enough", !answer.progress.is_worthwhile);
  say(answer.message || answer.done);
}

function post(path, content) {
  return sendTo(path, { rows: articles.map((article) => Number(article.dataset.row)), ...content });
}

async function send(path, content) {
  busy = true;
  sent += 1;
  document.body.classList.add("busy");
  try {
    const response = await post(path, content);
    if (response.ok) return await response.json();
    say(await response.text(), true);
    if (response.status === 409) {
      sessionStorage.setItem("notice", "The review was started anew: judge this sample once more.");
      location.assign(`/?at=${current.dataset.row}`);
    }
  } catch {
    say(NO_ANSWER, true);
  } finally {
    busy = false;
    document.body.classList.remove("busy");
  }
  return null;
}

function moveOn() {
  const open = (article) => article.matches(".to-judge") && !article.dataset.verdict && !skipped.has(article);
  const after = articles.slice(articles.indexOf(current) + 1);
  const next = after.find(open) || articles.find(open);
  if (next) show(next);
  else {
    sessionStorage.setItem("notice", document.getElementById("message").textContent);
    location.assign("/"); // the next batch, re-ranked
  }
}

async function judge(decision, label = null) {
  const judged = current;
  const answer = await send("/verdict", {
    row: Number(judged.dataset.row), decision, label, known: judged.dataset.verdict,
  });
  if (!answer) return;
  skipped.delete(judged);
  take(answer);
  moveOn();
}

async function skip() {
  const passed = current;
  const answer = await send("/skip", { row: Number(passed.dataset.row) });
  if (!answer) return;
  skipped.add(passed);
  take(answer);
  moveOn();
}

async function undo() {
  const answer = await send("/undo", {});
  if (!answer) return;
  take(answer);
  if (answer.row === null) return;
  const freed = articles.find((article) => Number(article.dataset.row) === answer.row);
  if (!freed) location.assign(`/?at=${answer.row}`);
  else {
    freed.classList.replace("judged-before", "to-judge");
    chips.get(freed.dataset.row).classList.remove("remembered");
    show(freed);
  }
}

function move(step) {
  const next = articles[articles.indexOf(current) + step];
  if (next) show(next);
}

function relabel() {
  choose(current.dataset.given, current.dataset.suggested, (label) => judge("relabel", label));
}

function accept() {
  if (current.dataset.accept) judge("accept");
  else say("Nothing is suggested for it: call it fine, give it a label, or leave it out.", true);
}

const actions = { accept, faulty: () => judge("faulty"), fine: () => judge("fine"), relabel, skip, undo };
const keys = { a: "accept", f: "faulty", j: "fine", r: "relabel", s: "skip", u: "undo" };

document.addEventListener("keydown", (event) => {
  if (!current || isDialogOpen() || isWriting(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase(), step = { arrowleft: -1, arrowright: 1 }[key], action = keys[key];
  const isPanned = step && event.target instanceof HTMLElement && event.target.scrollWidth > event.target.clientWidth &&
    event.target.matches(".frame");
  if (step && !isPanned) {
    event.preventDefault();
    move(step);
  } else if (viewKeys[key]) {
    event.preventDefault();
    views[viewKeys[key]](current);
  } else if (key === "n") {
    event.preventDefault();
    current.querySelector(".note").focus();
  } else if (key === "g") {
    location.assign("/grid");
  } else if (action && !event.repeat && !busy) {
    // A key held down must not judge samples that nobody has seen.
    event.preventDefault();
    actions[action]();
  }
});

for (const button of Object.values(buttons)) {
  button.addEventListener("click", () => {
    button.blur(); // else the space bar would press it again
    if (!busy) actions[button.dataset.action]();
  });
}
for (const [row, chip] of chips) {
  chip.addEventListener("click", () => show(articles.find((article) => article.dataset.row === row)));
}
for (const article of articles) {
  const field = article.querySelector(".note");
  field.addEventListener("change", () => keep(field, Number(article.dataset.row)));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") field.blur();
  });
}

// Another tab may have judged some of these meanwhile. Nobody waits for it: keys work on, and a verdict given in the
// meantime makes its answer old.
async function refresh() {
  const before = sent;
  const response = await post("/state", {}).catch(() => null);
  const answer = response && response.ok ? await response.json() : null;
  if (answer && sent === before) take(answer);
}

document.addEventListener("visibilitychange", () => {
  if (current && !document.hidden) refresh();
});

if (current) {
  prepare(articles, () => current);
  for (const article of articles) mark(article, article.dataset.verdict, article.dataset.words, article.dataset.outcome);
  say(sessionStorage.getItem("notice") || "");
  sessionStorage.removeItem("notice");
  show(current);
}
