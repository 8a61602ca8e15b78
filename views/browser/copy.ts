/** Puts a button beside each short name of a commit, which copies the whole one. */
export function offerCopies(): void {
  const told = document.createElement('div');
  told.className = 'unseen';
  told.role = 'status';
  document.body.append(told);
  for (const code of document.querySelectorAll<HTMLElement>('code.sha[title]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.ariaLabel = `Copy ${code.textContent.trim()}`;
    // Beside the link that the name may be in, and not within.
    (code.closest('a') ?? code).after(button);
    button.addEventListener('click', () => void copied(code.title, button, told));
  }
}

async function copied(text: string, button: HTMLElement, told: HTMLElement): Promise<void> {
  told.textContent = '';
  const done = await copy(text);
  button.classList.toggle('done', done);
  told.textContent = done ? `Copied ${text.slice(0, 10)}` : 'This browser does not let pages copy.';
  setTimeout(() => button.classList.remove('done'), 2000);
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyOldWay(text);
  }
}

/** Over plain http from another machine there is no `navigator.clipboard`. */
function copyOldWay(text: string): boolean {
  const before = document.activeElement;
  const area = document.createElement('textarea');
  area.className = 'unseen';
  area.value = text;
  document.body.append(area);
  area.select();
  // oxlint-disable-next-line typescript/no-deprecated -- there is no other way there
  const done = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
