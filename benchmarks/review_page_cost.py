"""How long a person waits for the grid of the review page, in a real browser."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

_SECONDS = 4
# Every picture in sight is there.
_SHOWN = """() => {
  const frame = document.getElementById("scroller").getBoundingClientRect();
  const cards = [...document.querySelectorAll(".card:not([hidden])")].filter((card) => {
    const box = card.getBoundingClientRect();
    return box.bottom > frame.top && box.top < frame.bottom;
  });
  return cards.length > 0 && cards.every((card) => {
    const image = card.querySelector("img");
    return image.getAttribute("src") && image.complete && image.naturalWidth;
  });
}"""
# Scrolls by so many pixels a frame; the milliseconds between frames, and the pictures that came meanwhile.
_SCROLL = """([step, seconds]) => new Promise((resolve) => {
  const scroller = document.getElementById("scroller"), gaps = [];
  let pictures = 0, last = performance.now();
  const end = last + 1000 * seconds, count = () => { pictures += 1; };
  document.addEventListener("load", count, true);
  const frame = (now) => {
    gaps.push(now - last);
    last = now;
    scroller.scrollTop += step;
    if (now < end) requestAnimationFrame(frame);
    else {
      document.removeEventListener("load", count, true);
      resolve([gaps.slice(1), pictures]);
    }
  };
  requestAnimationFrame(frame);
})"""


def measure_page(folder: Path, samples: int) -> None:
    """Starts `faultloc review` on ``folder``, opens its grid, and prints what it costs."""
    from playwright.sync_api import sync_playwright

    started = time.perf_counter()
    command = [sys.executable, "-m", "faultloc", "review", str(folder), "--no-browser", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        address = (server.stdout.readline() if server.stdout else "").split()[2]
        print(f"{samples} samples: the command is ready after {time.perf_counter() - started:.1f} s")
        with sync_playwright() as playwright:
            chromium = shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            tab = browser.new_page(viewport={"width": 1366, "height": 768})
            tab.goto("about:blank")
            for attempt in ("first", "second"):
                started = time.perf_counter()
                tab.goto(f"{address}grid")
                tab.wait_for_function(_SHOWN, polling=10)
                print(f"the grid, {attempt} time: all pictures in sight after {time.perf_counter() - started:.2f} s")
            for step in (0, 8, 30):  # the first is what this machine can do at rest
                gaps, pictures = tab.evaluate(_SCROLL, [step, _SECONDS])
                seconds = sum(gaps) / 1000
                print(f"scrolling by {step} pixels a frame: {len(gaps) / seconds:.1f} frames a second, the longest "
                      f"{max(gaps):.0f} ms; {pictures / seconds:.0f} pictures a second")  # fmt: skip
                tab.wait_for_function(_SHOWN, polling=10)
            for key, place in (("End", "end"), ("Home", "beginning")):
                started = time.perf_counter()
                tab.keyboard.press(key)
                tab.wait_for_function(_SHOWN, polling=10)
                print(f"to the {place}: all pictures in sight after {time.perf_counter() - started:.2f} s")
            started = time.perf_counter()
            tab.goto(address)
            tab.wait_for_selector("article:not([hidden]) .large")
            print(f"the page with one sample after another: {time.perf_counter() - started:.2f} s")
            started = time.perf_counter()
            tab.keyboard.press("j")
            tab.wait_for_function("() => document.getElementById('judged').textContent === '1'", polling=10)
            print(f"a verdict: {time.perf_counter() - started:.2f} s")
            browser.close()
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
