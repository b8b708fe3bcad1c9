// Copies addresses and opens the system's own way to share. Pages are whole without it: the fields
// can be copied from, and the buttons are hidden until this shows them.
"use strict";

const select = (field) => {
  field.focus();
  field.select();
};

for (const button of document.querySelectorAll("button.copy")) {
  const field = document.getElementById(button.dataset.field);
  if (!field) continue;
  const label = button.textContent;
  let timer;
  const say = (text) => {
    button.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(() => { button.textContent = label; }, 4000);
  };
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      say(button.dataset.done);
    } catch {
      // No clipboard here, or no leave to use it: what is selected can be copied by hand.
      select(field);
      say(button.dataset.hand);
    }
  });
  button.hidden = false;
}

for (const button of document.querySelectorAll("button.pass-on")) {
  const { title, url } = button.dataset;
  const data = { title, url };
  if (!navigator.share || (navigator.canShare && !navigator.canShare(data))) continue;
  button.addEventListener("click", async () => {
    try {
      await navigator.share(data);
    } catch {
      // Whoever changes their mind needs no word about it.
    }
  });
  button.hidden = false;
}
