// The samples that a filter finds, fetched in windows as they come into sight, and forgotten again.

import { ask } from "./server.js";

const WINDOW = 200;
const KEPT = 40;

export class Windows {
  constructor({ onArrival, onError }) {
    Object.assign(this, { onArrival, onError });
    this.open({});
  }

  // Another filter: whatever of the last one is still on its way is not waited for.
  open(filter) {
    this.filter = filter;
    this.windows = new Map();
    this.asked = new Set();
    this.turn = (this.turn || 0) + 1;
    this.total = null;
  }

  get(index) {
    const found = this.windows.get(Math.floor(index / WINDOW));
    return found && found[index % WINDOW];
  }

  *known() {
    for (const samples of this.windows.values()) yield* samples;
  }

  // Fetches what is missing of first..end.
  want(first, end) {
    for (let number = Math.floor(first / WINDOW); number * WINDOW < Math.max(end, 1); number += 1) {
      if (this.windows.has(number) || this.asked.has(number)) continue;
      this.fetch(number);
    }
  }

  async fetch(number) {
    const turn = this.turn;
    this.asked.add(number);
    try {
      const answer = await ask("/samples", { ...this.filter, offset: number * WINDOW, limit: WINDOW });
      if (turn !== this.turn) return;
      this.windows.set(number, answer.samples);
      if (this.windows.size > KEPT) this.windows.delete(this.windows.keys().next().value);
      const isNews = answer.total !== this.total;
      this.total = answer.total;
      this.onArrival(isNews);
    } catch (error) {
      if (turn === this.turn) this.onError(error);
    } finally {
      if (turn === this.turn) this.asked.delete(number);
    }
  }
}
