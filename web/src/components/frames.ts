const waiting: (() => void)[] = [];
let asked = false;

function next(): void {
  asked = false;
  waiting.shift()?.();
  if (waiting.length > 0) ask();
}

function ask(): void {
  if (asked) return;
  asked = true;
  // After the frame, not in it: what was there before is shown first.
  requestAnimationFrame(() => setTimeout(next));
}

/** Do something soon, one such thing a frame, so that the page answers between them; returns how to leave it. */
export function inOwnFrame(act: () => void): () => void {
  waiting.push(act);
  ask();
  return () => {
    const place = waiting.indexOf(act);
    if (place >= 0) waiting.splice(place, 1);
  };
}
