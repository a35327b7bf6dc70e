// Asks the daemon for one answer again and again, one request at a time, and not while nobody looks.

const TIMEOUT_MS = 5000;

export interface Hearing<Answer> {
  answer(answer: Answer): void;
  /** `status` is the daemon's; undefined if it gave no answer at all. */
  failed(status: number | undefined): void;
}

/** The first request is made at once. `url` is relative to the page. */
export function poll<Answer>(url: string, everyMs: number, hearing: Hearing<Answer>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  const again = async () => {
    clearTimeout(timer);
    if (isAsking || document.hidden) return;
    isAsking = true;
    try {
      await ask<Answer>(url, hearing);
    } finally {
      isAsking = false;
      timer = setTimeout(again, everyMs);
    }
  };
  document.addEventListener("visibilitychange", again);
  void again();
}

async function ask<Answer>(url: string, hearing: Hearing<Answer>): Promise<void> {
  let status: number | undefined;
  let answer: Answer;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), cache: "no-store" });
    status = response.status;
    if (!response.ok) {
      hearing.failed(status);
      return;
    }
    answer = await response.json();
  } catch {
    // Refused, reset, too slow or cut off in the middle: the page says that there is no answer, and asks again.
    hearing.failed(undefined);
    return;
  }
  hearing.answer(answer);
}
