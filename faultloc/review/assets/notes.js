// Notes on samples: kept when the field is left.

import { post, say, NO_ANSWER } from "./server.js";

const kept = new WeakMap();

export function isUnsaved(field) {
  return field.value.trim() !== (kept.get(field) ?? field.defaultValue).trim();
}

export async function keep(field, row) {
  if (!isUnsaved(field)) return;
  const text = field.value;
  try {
    const response = await post("/note", { row, text }, true);
    if (!response.ok) return say(await response.text(), true);
    kept.set(field, text);
    say((await response.json()).message);
  } catch {
    say(`The note is not kept. ${NO_ANSWER}`, true);
  }
}

export function fill(field, text) {
  field.value = text;
  kept.set(field, text);
}
