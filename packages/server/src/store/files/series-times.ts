/** First and last event time of each series of a file, by series id. NaN: no event yet. */
export class SeriesTimes {
  first: Float64Array<ArrayBuffer> = new Float64Array(256).fill(Number.NaN);
  last: Float64Array<ArrayBuffer> = new Float64Array(256).fill(Number.NaN);
  /** One more than the highest id noted. */
  size = 0;

  /** Notes an event. */
  note(series: number, timeMs: number): void {
    if (series >= this.first.length) this.#grow(series);
    if (series >= this.size) this.size = series + 1;
    if (!((this.first[series] as number) <= timeMs)) this.first[series] = timeMs;
    if (!((this.last[series] as number) >= timeMs)) this.last[series] = timeMs;
  }

  /** The series that have events. */
  known(): { ids: number[]; first: number[]; last: number[] } {
    const ids: number[] = [];
    const first: number[] = [];
    const last: number[] = [];
    for (let id = 0; id < this.size; id++) {
      if (Number.isNaN(this.first[id])) continue;
      ids.push(id);
      first.push(this.first[id] as number);
      last.push(this.last[id] as number);
    }
    return { ids, first, last };
  }

  #grow(series: number): void {
    const size = Math.max(series + 1, this.first.length * 2);
    const first = new Float64Array(size).fill(Number.NaN);
    const last = new Float64Array(size).fill(Number.NaN);
    first.set(this.first);
    last.set(this.last);
    this.first = first;
    this.last = last;
  }
}
