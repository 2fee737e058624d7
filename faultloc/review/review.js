// Sends verdicts and moves on only after the answer that they are on the disk. All foreign text is set as text.
"use strict";

const key = document.querySelector("meta[name=key]").content;
const articles = [...document.querySelectorAll("article")];
const chips = new Map([...document.querySelectorAll(".chip")].map((chip) => [chip.dataset.row, chip]));
const message = document.getElementById("message");
const chooser = document.getElementById("chooser");
const filter = document.getElementById("filter");
const choices = [...document.querySelectorAll("#classes button")];
const marks = { faulty: "✕", relabel: "✎", fine: "✓", skipped: "…" };
const skipped = new Set();
let current = articles.find((article) => !article.hidden);
let busy = false;
let sent = 0;

// A tab undoes its own verdicts; it stays the same tab after the server was started again.
const tab = sessionStorage.getItem("tab") || String(crypto.getRandomValues(new Uint32Array(2)));
sessionStorage.setItem("tab", tab);

function say(text, isError = false) {
  message.textContent = text;
  message.classList.toggle("error", isError);
}

function show(article) {
  if (current) current.hidden = true;
  current = article;
  article.hidden = false;
  for (const [row, chip] of chips) chip.setAttribute("aria-current", row === article.dataset.row);
  chips.get(article.dataset.row).scrollIntoView({ block: "nearest", inline: "center" });
  scrollTo(0, 0);
}

function mark(article, decision, words) {
  article.dataset.verdict = decision;
  const chip = chips.get(article.dataset.row), state = decision || (skipped.has(article) ? "skipped" : "");
  chip.dataset.verdict = state;
  chip.querySelector(".mark").textContent = marks[state] || "";
  const said = article.querySelector(".said");
  said.hidden = !decision;
  said.textContent = decision ? `Judged: ${words}` : "";
}

function take(answer) {
  for (const article of articles) {
    const verdict = answer.verdicts[article.dataset.row];
    mark(article, verdict ? verdict.decision : "", verdict ? verdict.words : "");
  }
  for (const name of ["judged", "found", "left", "advice"]) {
    document.getElementById(name).textContent = answer.progress[name];
  }
  document.getElementById("advice").classList.toggle("enough", !answer.progress.is_worthwhile);
  say(answer.message);
}

function post(path, content) {
  const rows = articles.map((article) => Number(article.dataset.row));
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Faultloc-Key": key },
    body: JSON.stringify({ tab, rows, ...content }),
  });
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
    say("No answer: is `faultloc review` still running? Nothing given before is lost; start it again, then reload.", true);
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
  else location.assign("/"); // the next batch, re-ranked
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

// The chooser: typing filters, arrows move, Enter chooses.

function candidates() {
  return choices.filter((choice) => !choice.parentElement.hidden && !choice.disabled);
}

function highlight(choice) {
  for (const other of choices) other.setAttribute("aria-current", other === choice);
  if (choice) choice.scrollIntoView({ block: "nearest" });
}

function narrow() {
  const typed = filter.value.trim().toLowerCase();
  for (const choice of choices) choice.parentElement.hidden = !choice.textContent.toLowerCase().includes(typed);
  const left = candidates(), name = (choice) => choice.textContent.toLowerCase();
  highlight(left.find((choice) => name(choice) === typed) || left.find((choice) => name(choice).startsWith(typed)) || left[0]);
}

function choose() {
  const given = current.querySelector(".labels dd").textContent;
  for (const choice of choices) {
    choice.disabled = choice.textContent === given;
    choice.dataset.note = choice.disabled ? "given" : choice.dataset.class === current.dataset.suggested ? "suggested" : "";
    if (!choice.dataset.note) delete choice.dataset.note;
  }
  filter.value = "";
  narrow();
  chooser.showModal();
  filter.focus();
  highlight(choices.find((choice) => choice.dataset.class === current.dataset.suggested && !choice.disabled) || candidates()[0]);
}

function relabel(choice) {
  chooser.close();
  if (choice) judge("relabel", Number(choice.dataset.class));
}

const actions = { faulty: () => judge("faulty"), fine: () => judge("fine"), relabel: choose, skip, undo };
const keys = { f: "faulty", j: "fine", r: "relabel", s: "skip", u: "undo" };

document.addEventListener("keydown", (event) => {
  if (!current || chooser.open || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key], action = keys[event.key.toLowerCase()];
  if (step) {
    event.preventDefault();
    move(step);
  } else if (action && !event.repeat && !busy) {
    // A key held down must not judge samples that nobody has seen.
    event.preventDefault();
    actions[action]();
  }
});

for (const button of document.querySelectorAll("[data-action]")) {
  button.addEventListener("click", () => {
    button.blur(); // else the space bar would press it again
    if (!busy) actions[button.dataset.action]();
  });
}
for (const [row, chip] of chips) {
  chip.addEventListener("click", () => show(articles.find((article) => article.dataset.row === row)));
}
for (const choice of choices) choice.addEventListener("click", () => relabel(choice));
if (filter) {
  filter.addEventListener("input", narrow);
  filter.addEventListener("keydown", (event) => {
    const left = candidates(), at = left.findIndex((choice) => choice.getAttribute("aria-current") === "true");
    if (event.key === "Enter" && !event.isComposing) relabel(left[at]);
    else if (event.key === "ArrowDown") highlight(left[Math.min(at + 1, left.length - 1)]);
    else if (event.key === "ArrowUp") highlight(left[Math.max(at - 1, 0)]);
    else return;
    event.preventDefault();
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
  for (const article of articles) mark(article, article.dataset.verdict, article.dataset.words);
  say(sessionStorage.getItem("notice") || "");
  sessionStorage.removeItem("notice");
  show(current);
}
