import type { AuthorBlank, Confirmation, LetterTemplate, MyPost } from '../../../contract'
import type { Notice, Place } from './rules'
import type { ShownChild, ShownGroup } from './to-whom'

export interface ShownBlank extends AuthorBlank {
  /** A day as people say it, or what was chosen. */
  shown: string
  /** What stands there until something is written: 比如：市科技馆. */
  example: string
}

export interface Data extends Notice {
  units: MyPost[]
  unitId: string
  unitName: string
  dueText: string
  today: string
  problem: string
  problemAt: Place
  /** 用模板: the titles to pick from; null until they are there. */
  templates: string[] | null
  templateTitle: string
  shownBlanks: ShownBlank[]
  /** 只给几家: the class's children; null while the whole class is written to. */
  children: ShownChild[] | null
  /** Whether their names are here. */
  roll: 'here' | 'coming' | 'missing'
  /** What the unit keeps: 校车, 社团. */
  groups: ShownGroup[]
  groupIds: string[]
  toWhom: string
  /** What families will read, before it goes. */
  preview: string
  isAsking: boolean
  busy: boolean
  /** Just sent, and for so many seconds taken back without a trace. */
  undo: { id: string; left: number } | null
  /** A sent letter that is being put right. */
  isRevising: boolean
}

export interface Custom {
  /** One for each notice begun here: sent twice on a bad network it is still one notice. */
  requestId: string
  /** What was sent last without an answer. */
  tried: string
  revises: string
  /** Come from the year's calendar: with this template, for this node. */
  wanted: string
  node: { code: string; year: number } | null
  revisionId: string
  pledge: string
  audience: string[]
  isTitleTyped: boolean
  all: LetterTemplate[]
  clock: number
  begin: (unit: string | undefined) => void
  keep: () => void
  loadTemplates: () => Promise<void>
  loadRevision: () => Promise<void>
  onTitle: (event: WechatMiniprogram.Input) => void
  onBody: (event: WechatMiniprogram.Input) => void
  onMode: (event: WechatMiniprogram.BaseEvent) => void
  onUnit: (event: WechatMiniprogram.BaseEvent) => void
  onDue: (event: WechatMiniprogram.PickerChange) => void
  onNoDue: () => void
  onUrgent: (event: WechatMiniprogram.SwitchChange) => void
  use: (template: LetterTemplate) => void
  onTemplate: (event: WechatMiniprogram.PickerChange) => void
  onBlank: (event: WechatMiniprogram.Input) => void
  onBlankDay: (event: WechatMiniprogram.PickerChange) => void
  onBlankChoice: (event: WechatMiniprogram.BaseEvent) => void
  fillIn: (name: string, value: string) => void
  onAll: () => void
  onSome: () => void
  loadRoll: () => Promise<void>
  loadGroups: () => Promise<void>
  choose: (of: Partial<Pick<Data, 'groups' | 'children'>>) => void
  onGroup: (event: WechatMiniprogram.BaseEvent) => void
  onEveryChild: (event: WechatMiniprogram.BaseEvent) => void
  onChild: (event: WechatMiniprogram.BaseEvent) => void
  onCorrection: (event: WechatMiniprogram.Input) => void
  onAsk: () => void
  tellProblem: (problem: string, at: Place) => void
  onBack: () => void
  onSend: () => Promise<void>
  send: () => Promise<void>
  /** Whether what went before the change could be taken back. */
  isReplaced: (id: string) => Promise<boolean>
  sendRevision: () => Promise<void>
  countDown: (id: string) => void
  leave: (id: string) => void
  onUndo: () => Promise<void>
}

export type ConfirmationMode = Confirmation
