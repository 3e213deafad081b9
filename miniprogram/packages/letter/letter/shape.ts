import type { Signature } from '../../../components/signature-pad/signature-pad'
import type { AnswerItem, AnswerValue, MyLetter } from '../../../contract'
import type { Said, ShownField } from './form'
import type { ShownLetter } from './present'

export interface Data {
  state: 'loading' | 'ready' | 'failed'
  problem: string
  /** Nobody who belongs to a class is signed in: the letter waits behind the door. */
  isStranger: boolean
  /** Taken back, or not for this family: asking again changes nothing. */
  isGone: boolean
  letter: ShownLetter | null
  /** The questions that are asked now; empty once they are answered. */
  fields: ShownField[]
  formNote: string
  isFilling: boolean
  /** Who writes on the pad: the guardian, or for a question another hand. */
  signer: string
  isSigning: boolean
  busy: boolean
  /** The answer is on this phone and goes out with the network. */
  isWaiting: boolean
  childId: string
}
export interface Custom {
  letterId: string
  childId: string
  received: MyLetter | null
  items: AnswerItem[]
  isChecked: boolean
  /** The question that is being signed; '' while it is the letter itself. */
  signing: string
  /** Listens whether what waits on this phone has gone out. */
  stop: () => void
  load: () => Promise<void>
  openForOneOf: (childIds: string[]) => Promise<MyLetter>
  receive: (letter: MyLetter) => void
  answer: (send: () => Promise<MyLetter | null>) => Promise<void>
  onAct: () => Promise<void>
  place: () => string
  showForm: () => void
  setAnswer: (code: string, value: AnswerValue | undefined, isTyping?: boolean) => void
  keepAnswers: (items: AnswerItem[], isTyping: boolean) => void
  onSaid: (event: WechatMiniprogram.CustomEvent<Said>) => void
  onSignField: (event: WechatMiniprogram.BaseEvent) => void
  onChange: () => void
  onPictures: (event: WechatMiniprogram.CustomEvent<{ code: string; ids: string[] }>) => void
  onChoose: (event: WechatMiniprogram.CustomEvent<{ answers: AnswerItem[] }>) => Promise<void>
  onObject: (event: WechatMiniprogram.CustomEvent<{ reason: string }>) => Promise<void>
  sendForm: () => Promise<boolean>
  onSigned: (event: WechatMiniprogram.CustomEvent<Signature>) => Promise<void>
  onCancelSigning: () => void
  onCopy: () => Promise<void>
  onPicture: (event: WechatMiniprogram.BaseEvent) => void
  onNewer: () => void
  onReply: () => void
}
