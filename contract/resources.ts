import { Type, type Static } from 'typebox'
import { Id, Time } from './text.ts'

const Name = Type.String({ pattern: '^[A-Za-z0-9_.@+-]{1,64}$' })
/** Slurm's lists of counted things: `gpu:a100:2,nvme:1`, `abaqus@lic1:5,ansys:2`. */
const Counted = Type.String({ pattern: '^[A-Za-z0-9_.:@,+-]{1,200}$' })

/** What the job asks of the scheduler; times in minutes, memory in MiB per node, GPUs for the whole job. */
export const Resources = Type.Object(
  {
    partition: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.-]{1,64}$' })),
    nodes: Type.Integer({ minimum: 1, maximum: 10_000 }),
    tasks: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    cpusPerTask: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    timeMinutes: Type.Integer({ minimum: 1, maximum: 525_600 }),
    memoryMb: Type.Optional(Type.Integer({ minimum: 1 })),
    /** `sbatch --gpus`. */
    gpus: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    /** `sbatch --gres`, per node. */
    gres: Type.Optional(Counted),
    /** Whole nodes for itself. */
    exclusive: Type.Optional(Type.Boolean()),
    /** `sbatch --licenses`. */
    licenses: Type.Optional(Counted),
    /** `sbatch --constraint`: features of nodes. */
    constraint: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_.|&*()\\[\\]-]{1,200}$' })),
  },
  { additionalProperties: false },
)
export type Resources = Static<typeof Resources>

/** Waits for another job, by its id, or by the key of another submission of the same user. Exactly one of the two. */
export const Dependency = Type.Object(
  {
    type: Type.Union([
      Type.Literal('afterok'),
      Type.Literal('afterany'),
      Type.Literal('afternotok'),
      Type.Literal('after'),
    ]),
    job: Type.Optional(Id),
    submission: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{1,128}$' })),
  },
  { additionalProperties: false },
)
export type Dependency = Static<typeof Dependency>

/** How and when the job is queued. Slurm's own words; a scheduler without a thing refuses it in a sentence. */
export const JobOptions = Type.Object(
  {
    account: Type.Optional(Name),
    qos: Type.Optional(Name),
    reservation: Type.Optional(Name),
    /** `sbatch --array`: `0-15`, `1,3,7-9:2`, with `%4` at most four at a time. */
    array: Type.Optional(
      Type.String({
        maxLength: 1000,
        pattern: '^\\d{1,7}(-\\d{1,7}(:\\d{1,5})?)?(,\\d{1,7}(-\\d{1,7}(:\\d{1,5})?)?)*(%[1-9]\\d{0,4})?$',
      }),
    ),
    dependencies: Type.Optional(Type.Array(Dependency, { maxItems: 100 })),
    /** Waits for every earlier job of the same name and user. */
    singleton: Type.Optional(Type.Boolean()),
    /** Not before. */
    begin: Type.Optional(Time),
    /** Further variables of the job, beside what the site allows. */
    environment: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$' }),
        // A NUL ends a variable: what came behind it would be another one.
        Type.String({ maxLength: 4096, pattern: '^[^\\u0000]*$' }),
        { additionalProperties: false, maxProperties: 1000 },
      ),
    ),
  },
  { additionalProperties: false },
)
export type JobOptions = Static<typeof JobOptions>
