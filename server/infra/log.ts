import pino, { type DestinationStream, type Logger } from 'pino'

/** Keys whose values never reach a log, wherever they stand in a logged object (S13). */
const PRIVATE = [
  'phone',
  'password',
  'token',
  'code',
  'secret',
  'totp',
  'idNumber',
  'authorization',
  'cookie',
]

/** The process's log. `out` is where tests listen. */
export function openLog(level: string, out?: DestinationStream): Logger {
  const settings = {
    level,
    redact: {
      paths: PRIVATE.flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `*.*.*.${key}`]),
      censor: '[…]',
    },
    serializers: { err: withoutPrivateText },
  }
  return out ? pino(settings, out) : pino(settings)
}

/** A library may quote a value in its message (a duplicate key does): digits that could be a phone or ID number go. */
function withoutPrivateText(error: Error) {
  const plain = pino.stdSerializers.err(error)
  const clean = (text?: string) => text?.replace(/\d{11,18}/g, '[…]')
  return { type: plain.type, message: clean(plain.message), stack: clean(plain.stack) }
}
