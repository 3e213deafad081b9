import {
  listGroups,
  listLetterTemplates,
  queueLetter,
  reviseLetter,
  sendNotice,
  submitLetter,
  updateLetter,
  type Letter,
} from '../../../contract'
import { call, explain, Problem, tell } from '../../../services/api'
import { date, dayOf } from '../../../services/format'
import { replaceWith } from '../../../services/navigate'
import { pages } from '../../../services/pages'
import { me } from '../../../services/store'
import { takeBack } from './taking-back'
import { dropNotice, keepNotice, keptNotice, newRequest } from './kept'
import {
  begunFrom,
  emptyNotice,
  missingIn,
  previewOf,
  shownBlanks,
  titleFrom,
  usable,
  WRITERS,
} from './rules'
import type { ConfirmationMode, Custom, Data } from './shape'
import { childrenOf, chosen, shownGroup } from './to-whom'

/** So long a notice waits on the server before it goes. */
const HOLD_SECONDS = 10

/** A notice to one's class in under a minute: what, how it is answered, send; and a letter that is put right. */
Page<Data, Custom>({
  data: {
    ...emptyNotice(),
    ...{ units: [], unitId: '', unitName: '', dueText: '', today: '', problem: '', problemAt: 'body' },
    ...{ templates: null, templateTitle: '', shownBlanks: [], children: null, roll: 'here', toWhom: '' },
    ...{ groups: [], groupIds: [] },
    ...{ preview: '', isAsking: false, busy: false, undo: null, isRevising: false },
  },
  requestId: '',
  tried: '',
  revises: '',
  wanted: '',
  node: null,
  revisionId: '',
  pledge: '',
  audience: [],
  isTitleTyped: false,
  all: [],
  clock: 0,

  onLoad(query) {
    this.requestId = newRequest()
    this.revises = query.revise ?? ''
    this.wanted = query.template ?? ''
    if (query.node && query.year) this.node = { code: query.node, year: Number(query.year) }
    this.begin(query.unit)
    if (this.revises) void this.loadRevision()
    else void this.loadTemplates()
  },
  onUnload() {
    clearInterval(this.clock)
  },

  begin(asked) {
    const units = (me.get()?.posts ?? []).filter((it) => WRITERS.includes(it.post))
    const kept = this.revises || this.wanted ? null : keptNotice()
    const unit = units.find((it) => it.unitId === (asked ?? kept?.unitId)) ?? units[0]
    const isKept = kept?.unitId === unit?.unitId
    if (kept && isKept) {
      const { requestId, tried = '', unitId: _, ...notice } = kept
      this.requestId = requestId
      this.tried = tried
      this.isTitleTyped = true
      this.setData({ ...notice, studentIds: [], dueText: notice.dueOn ? date(notice.dueOn) : '' })
      this.fillIn('', '')
    }
    const unitName = unit?.unitName ?? ''
    this.setData({ units, unitId: unit?.unitId ?? '', unitName, toWhom: unitName, today: dayOf(new Date()) })
    if (!this.revises) void this.loadGroups()
  },
  keep() {
    // What was begun before and is kept on this phone is another notice.
    if (this.revises || this.wanted) return
    const { unitId, title, body, confirmation, dueOn, isUrgent, template, blanks, studentIds, correction } =
      this.data
    const notice = { title, body, confirmation, dueOn, isUrgent, template, blanks, studentIds, correction }
    keepNotice({ ...notice, requestId: this.requestId, tried: this.tried, unitId })
  },

  async loadTemplates() {
    try {
      const of = this.node && { node: this.node.code, year: this.node.year }
      const { unitId } = this.data
      const { templates } = await call(listLetterTemplates, { unitId, ...of })
      if (unitId !== this.data.unitId) return
      this.all = usable(templates)
      this.setData({ templates: this.all.map((it) => it.title) })
      const wanted = this.all.find((it) => it.code === this.wanted)
      if (wanted && !this.data.template) this.use(wanted)
    } catch {
      // Without templates a notice is written all the same.
    }
  },
  async loadRevision() {
    try {
      const draft = await call(reviseLetter, { letterId: this.revises, requestId: `revise-${this.revises}` })
      this.revisionId = draft.id
      const { title, body, confirmation, dueOn, isUrgent = false } = draft
      this.pledge = draft.pledge
      this.audience = draft.audience.map((it) => it.unitId)
      this.isTitleTyped = true
      this.setData({ title, body, confirmation, dueOn, isUrgent, isRevising: true })
      this.setData({ dueText: dueOn ? date(dueOn) : '' })
    } catch (error) {
      tell(error)
    }
  },

  onTitle({ detail: { value } }) {
    this.isTitleTyped = value !== ''
    this.setData({ title: value, problem: '' })
    this.keep()
  },
  onBody({ detail: { value } }) {
    // Most notices need no title of their own: the first words are it, until somebody types another.
    this.setData({ body: value, problem: '', ...(!this.isTitleTyped && { title: titleFrom(value) }) })
    this.keep()
  },
  onMode(event) {
    const { mode } = event.currentTarget.dataset as { mode: ConfirmationMode }
    this.setData({ confirmation: mode })
    this.keep()
  },
  onUnit(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    const unit = this.data.units.find((it) => it.unitId === id)
    if (unit) this.setData({ unitId: id, unitName: unit.unitName, groups: [] })
    this.onAll()
    void this.loadGroups()
    // Another school may have other days.
    void this.loadTemplates()
  },
  onDue({ detail: { value } }) {
    const dueOn = String(value)
    this.setData({ dueOn, dueText: date(dueOn) })
    this.keep()
  },
  onNoDue() {
    this.setData({ dueOn: null, dueText: '' })
    this.keep()
  },
  onUrgent({ detail: { value } }) {
    this.setData({ isUrgent: value })
    this.keep()
  },

  onTemplate({ detail: { value } }) {
    const template = this.all[Number(value)]
    if (template) this.use(template)
  },
  use(template) {
    const begun = begunFrom(template, dayOf)
    this.isTitleTyped = true
    this.setData({ ...begun, templateTitle: template.title, dueText: begun.dueOn ? date(begun.dueOn) : '' })
    this.fillIn('', '')
  },
  fillIn(name, value) {
    const blanks = this.data.blanks.map((it) => (it.name === name ? { ...it, value } : it))
    const template = this.all.find((it) => it.code === this.data.template)
    this.setData({ blanks, problem: '', shownBlanks: shownBlanks(blanks, template, date) })
    this.keep()
  },
  onBlank(event) {
    const { name } = event.currentTarget.dataset as { name: string }
    this.fillIn(name, event.detail.value)
  },
  onBlankDay(event) {
    const { name } = event.currentTarget.dataset as { name: string }
    this.fillIn(name, String(event.detail.value))
  },
  onBlankChoice(event) {
    const { name, value } = event.currentTarget.dataset as { name: string; value: string }
    this.fillIn(name, value)
  },

  async loadGroups() {
    const { unitId } = this.data
    try {
      const { groups } = await call(listGroups, { unitId })
      if (unitId === this.data.unitId) this.setData({ groups: groups.map(shownGroup) })
    } catch {
      // Without groups a notice goes to the class, or to some of its families.
    }
  },
  choose(of) {
    const { groups, children, unitName } = { ...this.data, ...of }
    this.setData({ ...of, ...chosen(unitName, groups, children) })
    this.keep()
  },
  onAll() {
    this.choose({ children: null, groups: this.data.groups.map((it) => ({ ...it, isOn: false })) })
  },
  onGroup(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    this.choose({
      groups: this.data.groups.map((it) => (it.groupId === id ? { ...it, isOn: !it.isOn } : it)),
    })
  },
  onSome() {
    if (this.data.children) return this.choose({ children: null })
    // From this tap on it is for some: however late the names come, it does not go to everybody.
    this.choose({ children: [] })
    void this.loadRoll()
  },
  async loadRoll() {
    const { unitId } = this.data
    this.setData({ roll: 'coming' })
    const children = await childrenOf(unitId).catch(() => null)
    const { children: shown, roll } = this.data
    if (unitId !== this.data.unitId || !shown || roll === 'here') return
    this.setData({ roll: children ? 'here' : 'missing' })
    if (children) this.choose({ children })
  },
  onChild(event) {
    const { id } = event.currentTarget.dataset as { id: string }
    this.choose({
      children: (this.data.children ?? []).map((it) =>
        it.studentId === id ? { ...it, isOn: !it.isOn } : it,
      ),
    })
  },
  onEveryChild(event) {
    const { on } = event.currentTarget.dataset as { on: boolean }
    this.choose({ children: (this.data.children ?? []).map((it) => ({ ...it, isOn: on })) })
  },
  onCorrection({ detail: { value } }) {
    this.setData({ correction: value, problem: '' })
  },

  onAsk() {
    const { data } = this
    const isForNobody = data.children !== null && data.studentIds.length + data.groupIds.length === 0
    const missing = missingIn(data, { isRevising: data.isRevising, isForNobody })
    if (missing) return this.tellProblem(missing.text, missing.at)
    this.setData({ problem: '', isAsking: true, preview: previewOf(data) })
  },
  /** Where it is to be mended, and in sight: the button below is pressed from anywhere on the page. */
  tellProblem(problem, problemAt) {
    this.setData({ problem, problemAt, isAsking: false }, () => {
      void wx.pageScrollTo({ selector: '.field-problem', offsetTop: -240 })
    })
  },
  onBack() {
    this.setData({ isAsking: false })
  },

  async onSend() {
    if (this.data.busy) return
    this.setData({ busy: true })
    try {
      await (this.revises ? this.sendRevision() : this.send())
    } catch (error) {
      const isAway = error instanceof Problem && error.status === 0
      const problem = isAway ? '网络不通。写好的都存在手机里，联网后再点“发出”，不会发两次。' : explain(error)
      this.tellProblem(problem, 'body')
    } finally {
      this.setData({ busy: false })
    }
  },
  async send() {
    const { unitId, title, body, confirmation, dueOn, isUrgent, template, blanks, studentIds, groupIds } =
      this.data
    const said = {
      ...{ unitId, title, body, confirmation, dueOn },
      holdSeconds: HOLD_SECONDS,
      ...(isUrgent && { isUrgent }),
      ...(template && { template, blanks }),
      ...(this.node && { node: this.node }),
      ...(studentIds.length > 0 && { studentIds }),
      ...(groupIds.length > 0 && { groupIds }),
    }
    const isOther = this.tried !== '' && this.tried !== JSON.stringify(said)
    // Until the one before is taken back it is the one that may be there.
    if (!isOther) this.tried = JSON.stringify(said)
    this.keep()
    const letter = await call(sendNotice, { ...said, requestId: this.requestId })
    // The one before may have arrived though its answer did not: then this is the old one, with the words before the change.
    if (isOther && !(await this.isReplaced(letter.id))) return
    if (isOther) return this.send()
    this.tried = ''
    if (!this.wanted) dropNotice()
    this.setData({ isAsking: false })
    if (letter.status === 'scheduled') return this.countDown(letter.id)
    void wx.showToast({ title: outcome(letter), icon: 'none', duration: 2500 })
    this.leave(letter.id)
  },
  async isReplaced(id) {
    try {
      await takeBack(id)
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 409) throw error
      dropNotice()
      this.setData({ isAsking: false })
      void wx.showToast({ title: '改之前的那一条已经发出，要改请点“更正”', icon: 'none', duration: 3000 })
      this.leave(id)
      return false
    }
    this.requestId = newRequest()
    this.tried = ''
    return true
  },
  async sendRevision() {
    const { title, body, confirmation, dueOn, isUrgent, correction } = this.data
    const letterId = this.revisionId
    await call(updateLetter, {
      ...{ letterId, title, body, confirmation, dueOn, isUrgent, correction, pledge: this.pledge },
      // To whom it went it goes again.
      audience: this.audience,
    })
    const isOut = await call(queueLetter, { letterId, sendAt: null }).catch(async (error: unknown) => {
      if (!(error instanceof Problem) || error.status !== 409) throw error
      return call(submitLetter, { letterId, thenSend: { at: null } })
    })
    void wx.showToast({ title: outcome(isOut), icon: 'none', duration: 2500 })
    this.leave(letterId)
  },

  countDown(id) {
    this.setData({ undo: { id, left: HOLD_SECONDS } })
    this.clock = setInterval(() => {
      // While it is being taken back nothing runs out.
      if (this.data.busy) return
      const left = (this.data.undo?.left ?? 0) - 1
      if (left > 0) return this.setData({ undo: { id, left } })
      this.leave(id)
    }, 1000)
  },
  leave(id) {
    clearInterval(this.clock)
    replaceWith(`${pages.teacherLetter}?id=${id}&unit=${this.data.unitId}`)
  },
  async onUndo() {
    const { undo, busy } = this.data
    if (!undo || busy) return
    this.setData({ busy: true })
    try {
      await takeBack(undo.id)
      clearInterval(this.clock)
      // The next one is another notice, with the same words.
      this.requestId = newRequest()
      this.setData({ undo: null })
      this.keep()
      void wx.showToast({ title: '没有发出，可以再改', icon: 'none' })
    } catch (error) {
      if (error instanceof Problem && error.status === 0) {
        return void wx.showToast({
          title: '网络不通，还没有撤回，请再点“撤回”',
          icon: 'none',
          duration: 2500,
        })
      }
      tell(error)
      this.leave(undo.id)
    } finally {
      this.setData({ busy: false })
    }
  },
})

const outcome = ({ approval, status }: Letter) =>
  approval?.state === 'submitted' && status === 'draft'
    ? `已交给${approval.unitName}看一下，通过后会发出`
    : '已发出'
