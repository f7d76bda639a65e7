/** Socket of a load on io_uring. It stays open until nothing is in flight: its number is not reused before. */
export class UringSocket {
  readonly fd: number;
  /** Index of its connection in the load. */
  connection = -1;
  isConnecting = false;
  isReceiving = false;
  isSending = false;
  /** A send without a completion was written. It may still wait for room when the connection is closed. */
  isSendingQuietly = false;
  isClosing = false;
  /** A send was refused because another one was in flight: its end is an event. */
  wantsRoom = false;
  /** Address of the bytes that are being sent, and their number. */
  sendAddress = 0;
  sendBytes = 0;
  /** Error number of connect(2). */
  connectErrno = 0;

  constructor(fd: number) {
    this.fd = fd;
  }

  get isInFlight(): boolean {
    return this.isConnecting || this.isReceiving || this.isSending;
  }
}
