// What the page asks of its server. All foreign text is set as text, never as HTML.

const key = document.querySelector("meta[name=key]").content;

// A tab undoes its own verdicts; it stays the same tab after the server was started again.
export const tab = sessionStorage.getItem("tab") || String(crypto.getRandomValues(new Uint32Array(2)));
sessionStorage.setItem("tab", tab);

export const NO_ANSWER =
  "No answer: is `faultloc review` still running? Nothing given before is lost; start it again, then reload.";

// `keepalive`: it is sent also where the page is left meanwhile.
export function post(path, content, keepalive = false) {
  return fetch(path, {
    keepalive,
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Faultloc-Key": key },
    body: JSON.stringify({ tab, ...content }),
  });
}

// The answer to a question that changes nothing; an Error with the server's sentence where there is none.
export async function ask(path, parameters) {
  const response = await fetch(`${path}?${new URLSearchParams(parameters)}`).catch(() => null);
  if (!response) throw new Error(NO_ANSWER);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

const message = document.getElementById("message");

export function say(text, isError = false) {
  message.textContent = text;
  message.classList.toggle("error", isError);
}
