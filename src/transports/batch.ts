/** Several messages that came as one, and are answered as one once each of them is. */
export class Batch {
  readonly #answers: object[] = [];
  readonly #send: (answers: object[]) => void;
  /** Requests without an answer, and the reading of the batch itself. */
  #open = 1;

  constructor(send: (answers: object[]) => void) {
    this.#send = send;
  }

  expect(): void {
    this.#open += 1;
  }

  /** An answer that nobody has to be waited for. */
  add(answer: object): void {
    this.#answers.push(answer);
  }

  /** One of them is over, with an answer or without. */
  settle(answer?: object): void {
    if (answer !== undefined) this.add(answer);
    this.#open -= 1;
    if (this.#open === 0 && this.#answers.length > 0) this.#send(this.#answers);
  }
}
