/** Messages that came in one batch: their answers go out together once the last one is there. */
export class Batch {
  readonly #answers: object[] = [];
  readonly #send: (answers: object[]) => void;
  /** Unanswered requests, and one more while the batch is being read. */
  #open = 1;

  constructor(send: (answers: object[]) => void) {
    this.#send = send;
  }

  expect(): void {
    this.#open += 1;
  }

  /** Adds an answer to something that `expect` did not count. */
  add(answer: object): void {
    this.#answers.push(answer);
  }

  /** One of what `expect` counted is over, with or without an answer. */
  settle(answer?: object): void {
    if (answer !== undefined) this.add(answer);
    this.#open -= 1;
    if (this.#open === 0 && this.#answers.length > 0) this.#send(this.#answers);
  }
}
