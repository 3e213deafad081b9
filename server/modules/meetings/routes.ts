import type Router from '@koa/router'
import * as api from '#contract/meetings'
import { DONE, serve } from '../../http/serve.ts'
import { shanghaiDay } from '../../infra/clock.ts'
import type { Deps } from '../../infra/deps.ts'
import * as accounts from '../accounts/service.ts'
import * as audit from '../audit/service.ts'
import { ownChild, unitScope } from '../org/policy.ts'
import * as families from '../org/families/service.ts'
import * as tree from '../org/tree/service.ts'
import type { SlotRecord } from './model.ts'
import { callScope, ownSlots } from './policy.ts'
import { presentFreeSlot, presentMyCall, presentTeacherSlot } from './present.ts'
import * as meetings from './service.ts'
import { announceBooking, announceCancellation } from './messages/service.ts'

export function meetingRoutes(router: Router, deps: Deps) {
  teacherRoutes(router, deps)
  guardianRoutes(router, deps)

  serve(router, api.listUnitCalls, async ({ actor, unitId, from, after }) => {
    const scope = await unitScope(actor, unitId, 'seeFamilies')
    await audit.namesSeen('calls.listed', scope, deps.clock.now())
    const page = await meetings.callsWithin(scope, from ?? shanghaiDay(deps.clock.now()), after)
    const [teachers, names] = await Promise.all([teachersOf(page.slots), unitsOf(page.slots)])
    return {
      calls: page.slots.flatMap((slot) =>
        slot.booking
          ? [
              {
                ...presentFreeSlot(slot, teachers(slot)),
                className: names(String(slot.booking.classId)),
                studentName: slot.booking.studentName,
                guardianName:
                  slot.booking.guardianName || `${slot.booking.studentName}的${slot.booking.relation}`,
                topic: slot.booking.topic,
              },
            ]
          : [],
      ),
      next: page.next,
      openCount: page.openCount,
      bookedCount: page.bookedCount,
    }
  })
}

function teacherRoutes(router: Router, deps: Deps) {
  const { clock, fields } = deps

  serve(router, api.openSlots, async ({ actor, unitId, ...opening }) => {
    const scope = await callScope(actor, unitId)
    return presented(await meetings.open(scope, opening, clock.now()))
  })

  serve(router, api.listMySlots, async ({ actor, from }) =>
    presented(await meetings.slotsOf(ownSlots(actor), from ?? shanghaiDay(clock.now()))),
  )

  serve(router, api.closeSlot, async ({ actor, slotId }) => {
    await meetings.close(ownSlots(actor), slotId)
    return DONE
  })

  serve(router, api.cancelCall, async ({ actor, slotId, reason }) => {
    const slot = await meetings.cancelAsTeacher(ownSlots(actor), slotId, reason, clock.now())
    await announceCancellation(slot, (await teachersOf([slot]))(slot), deps)
    return DONE
  })

  serve(router, api.readCallNumber, async ({ actor, slotId }) => {
    const { slot, booking } = await meetings.bookedSlot(ownSlots(actor), slotId)
    const bonds = await families.guardiansOf([booking.studentId])
    const sealed = bonds.find((it) => it._id.equals(booking.guardianshipId))?.phone
    const done = {
      unit: { unitId: String(slot.unitId), path: slot.path },
      studentIds: [String(booking.studentId)],
      personId: String(booking.personId),
      detail: `${booking.relation}的号码（预约的通话）`,
    }
    await audit.record('phone.shown', done, clock.now())
    return { phone: sealed ? fields.open(sealed) : null }
  })

  async function presented(slots: SlotRecord[]) {
    const [teachers, names] = await Promise.all([teachersOf(slots), unitsOf(slots)])
    return { slots: slots.map((it) => presentTeacherSlot(it, teachers(it), names)) }
  }
}

function guardianRoutes(router: Router, deps: Deps) {
  const { clock } = deps

  serve(router, api.listFreeSlots, async ({ actor, studentId }) => {
    const slots = await meetings.freeFor(await ownChild(actor, studentId), clock.now())
    const teachers = await teachersOf(slots)
    return { slots: slots.map((it) => presentFreeSlot(it, teachers(it))) }
  })

  serve(router, api.bookSlot, async ({ actor, studentId, slotId, topic }) => {
    const child = await ownChild(actor, studentId)
    const slot = await meetings.book(child, slotId, topic, clock.now())
    if (!slot.booking) throw new Error('A slot that was booked has a booking')
    const teacher = (await teachersOf([slot]))(slot)
    await announceBooking(slot, teacher, deps)
    return presentMyCall(slot, slot.booking, teacher, clock.now())
  })

  serve(router, api.listMyCalls, async ({ actor }) => {
    const calls = await meetings.callsOf(actor.personId)
    const teachers = await teachersOf(calls.map((it) => it.slot))
    return {
      calls: calls.map(({ slot, booking }) => presentMyCall(slot, booking, teachers(slot), clock.now())),
    }
  })

  serve(router, api.cancelMyCall, async ({ actor, slotId, reason }) => {
    const slot = await meetings.cancelAsGuardian(actor.personId, slotId, reason, clock.now())
    await announceCancellation(slot, (await teachersOf([slot]))(slot), deps)
    return DONE
  })
}

async function teachersOf(slots: SlotRecord[]) {
  const names = await accounts.namesOf([...new Set(slots.map((it) => String(it.teacherId)))])
  return (slot: SlotRecord) => `${names.get(String(slot.teacherId)) ?? ''}老师`.replace(/老师老师$/, '老师')
}

async function unitsOf(slots: SlotRecord[]) {
  const ids = slots.flatMap((it) => [String(it.unitId), ...(it.booking ? [String(it.booking.classId)] : [])])
  const names = await tree.fullNamesOf([...new Set(ids)])
  return (unitId: string) => names.get(unitId) ?? ''
}
