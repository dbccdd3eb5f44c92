import { focusNear, h } from "./dom.ts";

/** Asks a person; false where they dismiss it. */
export function confirmed({ title, text, yes, danger = false }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const close = () => dialog.close();
    const accept = () => dialog.close("yes");
    const dialog: HTMLDialogElement = h(
      "dialog",
      {
        "aria-labelledby": "question",
        onclose() {
          dialog.remove();
          if (document.activeElement === document.body) focusNear(null);
          resolve(dialog.returnValue === "yes");
        },
      },
      h("h2", { id: "question" }, title),
      h("pre", {}, text),
      h(
        "div",
        { class: "bar" },
        h("button", { class: danger ? "danger" : "main", onclick: accept }, yes),
        h("button", { onclick: close, autofocus: true }, "Cancel"),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}

interface Question {
  title: string;
  text: string;
  /** What the button says that does it. */
  yes: string;
  danger?: boolean;
}
