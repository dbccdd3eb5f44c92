import { h } from "../dom.ts";

interface Sending {
  class?: string;
  /** What sends it, besides Enter in a field of one line. */
  button: HTMLButtonElement;
  send(): void;
}

/** A form whose values are taken once they are valid. Nothing is submitted: frames of a conversation may not. */
export function sentForm(
  { class: name, button, send }: Sending,
  ...children: Parameters<typeof h>[2][]
): HTMLFormElement {
  const sendValid = () => {
    if (form.reportValidity()) send();
  };
  const form = h(
    "form",
    {
      class: name,
      onkeydown(event) {
        const isSent = event instanceof KeyboardEvent && event.key === "Enter" && !event.isComposing;
        if (!isSent || !(event.target instanceof HTMLInputElement)) return;
        event.preventDefault();
        sendValid();
      },
    },
    ...children,
  );
  button.type = "button";
  button.addEventListener("click", sendValid);
  return form;
}
