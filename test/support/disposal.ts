// What is to be closed at the end, whatever happens in between: the last one opened first. Node 20 has no AsyncDisposableStack.

export class Disposal implements AsyncDisposable {
  readonly #open: AsyncDisposable[] = [];

  use<Thing extends AsyncDisposable>(thing: Thing): Thing {
    this.#open.push(thing);
    return thing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = [];
    for (const thing of this.#open.splice(0).reverse()) {
      try {
        await thing[Symbol.asyncDispose]();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, "close what the test opened");
  }
}
