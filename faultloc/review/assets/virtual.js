// A scrolled grid of any number of cells, of which only those in sight exist.
//
// Browsers limit the height of an element: above MOST pixels the scrollbar stands for more than it can hold. Short ways
// are scrolled pixel by pixel all the same; only a jump, as by the scrollbar, goes by its share of the whole.

const MOST = 6_000_000;
const OVERSCAN = 2; // rows above and below that are there before they come into sight

export class VirtualGrid {
  // `size`: how wide and high a cell is, at least; `make` gives a new cell, `fill(cell, index)` shows what it is of.
  constructor(scroller, spacer, { size, make, fill, onRange }) {
    Object.assign(this, { scroller, spacer, size, make, fill, onRange });
    this.total = 0;
    this.cells = new Map(); // by index
    this.spare = [];
    this.shift = 0; // real pixels minus those of the scroller
    this.last = 0;
    scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.layOut()).observe(scroller);
  }

  get height() {
    return this.scroller.clientHeight;
  }

  get real() {
    return this.last + this.shift;
  }

  setTotal(total) {
    this.total = total;
    this.layOut();
  }

  layOut() {
    const first = this.columns ? Math.floor(Math.max(0, this.real) / this.rowHeight) * this.columns : 0;
    const [width, height] = this.size(), inside = this.scroller.clientWidth;
    this.columns = Math.max(1, Math.floor(inside / width));
    this.cellWidth = Math.floor(inside / this.columns);
    this.rowHeight = height;
    this.whole = Math.ceil(this.total / this.columns) * height;
    this.held = Math.min(this.whole, MOST);
    this.spacer.style.height = `${this.held}px`;
    for (const index of [...this.cells.keys()]) this.drop(index);
    this.goTo(Math.floor(first / this.columns) * height);
  }

  // So that `pixels` of the whole lie above what is in sight.
  goTo(pixels) {
    const most = Math.max(0, this.whole - this.height), heldMost = Math.max(0, this.held - this.height);
    const wanted = Math.min(Math.max(0, pixels), most);
    const place = this.whole > this.held ? (most ? (wanted / most) * heldMost : 0) : wanted;
    this.last = Math.round(place);
    this.shift = wanted - this.last;
    this.scroller.scrollTop = this.last;
    this.last = this.scroller.scrollTop;
    this.shift = this.whole > this.held ? wanted - this.last : 0;
    this.draw(true);
  }

  scrolled() {
    const top = this.scroller.scrollTop, way = top - this.last;
    if (this.whole <= this.held) {
      this.last = top;
      this.draw(false);
      return;
    }
    const most = this.whole - this.height, heldMost = this.held - this.height;
    clearTimeout(this.settling);
    if (Math.abs(way) > 3 * this.height) {
      this.last = top;
      this.shift = (top / heldMost) * most - top;
      this.draw(true);
    } else {
      const real = this.last + this.shift + way;
      this.last = top;
      const atEnd = (top <= 0 && real > 0) || (top >= heldMost && real < most) || real < 0 || real > most;
      if (atEnd) return this.goTo(real);
      this.draw(false);
    }
    // At rest the scrollbar is put where it belongs, so that it never runs out before the samples do.
    this.settling = setTimeout(() => this.goTo(this.real), 250);
  }

  draw(moved) {
    const from = Math.max(0, Math.floor(this.real / this.rowHeight) - OVERSCAN);
    const to = Math.ceil((this.real + this.height) / this.rowHeight) + OVERSCAN;
    const first = from * this.columns, end = Math.min(this.total, to * this.columns);
    for (const index of [...this.cells.keys()]) if (index < first || index >= end) this.drop(index);
    for (let index = first; index < end; index += 1) {
      const known = this.cells.get(index);
      if (known) {
        if (moved) this.place(known, index);
        continue;
      }
      const cell = this.spare.pop() || this.spacer.appendChild(this.make());
      cell.hidden = false;
      this.cells.set(index, cell);
      this.place(cell, index);
      this.fill(cell, index);
    }
    this.onRange(first, end);
  }

  place(cell, index) {
    const x = (index % this.columns) * this.cellWidth;
    const y = Math.floor(index / this.columns) * this.rowHeight - this.shift;
    cell.style.width = `${this.cellWidth}px`;
    cell.style.height = `${this.rowHeight}px`;
    cell.style.transform = `translate(${x}px, ${y}px)`;
  }

  drop(index) {
    const cell = this.cells.get(index);
    this.cells.delete(index);
    cell.hidden = true;
    this.spare.push(cell);
  }

  refill() {
    for (const [index, cell] of this.cells) this.fill(cell, index);
  }

  // Brings the cell into sight.
  show(index) {
    const top = Math.floor(index / this.columns) * this.rowHeight, bottom = top + this.rowHeight;
    if (top < this.real) this.goTo(top);
    else if (bottom > this.real + this.height) this.goTo(bottom - this.height);
  }
}
