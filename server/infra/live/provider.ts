/** One stream at a live service. */
export interface LiveStream {
  streamId: string
  /** Where a lecturer's software sends to; null where the service makes the picture itself. */
  pushAddress: string | null
  /** HLS: a whole address, or a path of our own server. */
  playAddress: string
}

/** What somebody who gives or watches a class has to know; the cause is in the log. */
export class LiveRefused extends Error {
  /** Whether it may work soon: the service is away or busy. */
  readonly isPassing: boolean

  constructor(message: string, isPassing: boolean) {
    super(message)
    this.name = 'LiveRefused'
    this.isPassing = isPassing
  }
}

/** A live service as the product needs it. Every order may be given twice. */
export interface LiveProvider {
  /** Opens the stream of a class; the same class gives the same stream. */
  open(classId: string, title: string): Promise<LiveStream>
  /** Ends it; a stream that is over stays over. */
  end(streamId: string): Promise<void>
  /**
   * Writes the recording to a file. False while the service is not done with it, null when there is none and will be none.
   */
  record(streamId: string, target: string): Promise<boolean | null>
}
