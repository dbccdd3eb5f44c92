import { fill, focusNear, h } from "./dom.ts";
import { sentForm } from "./form/sent.ts";
import { messageOf } from "./words.ts";

interface Deed {
  title: string;
  /** What is to be known before. */
  about: HTMLElement | string;
  /** What can be said about how. */
  fields?: HTMLElement | undefined;
  /** What the button says that does it; without it there is nothing to do. */
  yes: string | undefined;
  isDanger?: boolean;
  act(): Promise<void>;
}

/** Asks a person, and does it. What is refused is said where it was asked, and nothing that was typed is lost. */
export function ask({ title, about, fields, yes, isDanger = false, act }: Deed): Promise<void> {
  return new Promise((resolve) => {
    const refusal = h("p", { class: "refusal", role: "alert" });
    const button = h("button", { class: isDanger ? "danger" : "main" }, yes);
    let isBusy = false;
    const send = async () => {
      // A disabled button would lose the focus.
      if (isBusy) return;
      isBusy = true;
      fill(refusal);
      try {
        await act();
        dialog.close();
      } catch (error) {
        fill(refusal, messageOf(error));
      }
      isBusy = false;
    };
    const dialog: HTMLDialogElement = h(
      "dialog",
      {
        "aria-labelledby": "question",
        onclose() {
          dialog.remove();
          if (document.activeElement === document.body) focusNear(null);
          resolve();
        },
      },
      sentForm(
        { button, send: () => void send() },
        h("h2", { id: "question" }, title),
        typeof about === "string" ? h("p", {}, about) : about,
        fields,
        refusal,
        h(
          "div",
          { class: "bar" },
          yes !== undefined && button,
          h(
            "button",
            { type: "button", onclick: () => dialog.close(), autofocus: fields === undefined },
            "Cancel",
          ),
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
