import { ElTableColumn } from 'element-plus'

/**
 * Element Plus gives every cell a row of anything. This column knows its row, so vue-tsc sees a wrong name:
 *
 *     const Column = columnOf<StaffMember>()
 *     <Column label="姓名"><template #default="{ row }">{{ row.name }}</template></Column>
 */
export const columnOf = <Row extends Record<PropertyKey, unknown>>() => ElTableColumn<Row>
