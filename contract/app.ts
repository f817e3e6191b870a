import { Type, type Static } from 'typebox'
import { ConvergenceChoice, ConvergenceHead, ConvergenceRow } from './convergence.ts'
import { AppError } from './errors.ts'
import { age, change, collection, dated, datedCollection, nothing, object, query, site, stream } from './feature.ts'
import type { FeatureContract, MethodContract, StreamContract } from './feature.ts'
import { desktops } from './features/desktops.ts'
import { outbox } from './features/outbox.ts'
import { ClusterSummary, NodesStatus } from './nodes.ts'
import {
  ChangeResult,
  ElementPage,
  Job,
  JobChange,
  JobDetail,
  JobFile,
  JobState,
  Resubmission,
  Submission,
} from './jobs.ts'
import {
  FolderQuery,
  FolderSizes,
  Preview,
  PreviewKind,
  ResultFile,
  ResultFolder,
  ResultValue,
  Selection,
  Space,
} from './results.ts'
import { Notification, NotificationChoices } from './notifications.ts'
import { BoundUpload } from './outbox.ts'
import { BrokenTemplate, Template } from './templates.ts'
import { HostInfo } from './host.ts'
import { SchedulerStatus } from './scheduler.ts'
import { JobChoices, PlannedFile, Preflight } from './preflight.ts'
import { LogFile, LogMatches, LogQuery, longestRead, SearchDirection } from './logs.ts'
import { Id } from './text.ts'
import { PickedFile, Upload } from './uploads.ts'
import { Settings } from './settings.ts'
import { Forward } from './forwards.ts'
import { ConfiguredHost, HttpsOptions, Site, SiteAnswer, SiteQuestion, SiteTestStep, SshOptions } from './sites.ts'
import { Terminal, TerminalSize } from './terminals.ts'
import { Task } from './task.ts'
import { StepKey } from './workflow-steps.ts'
import { WorkflowRun } from './workflows.ts'
import { FileClass } from './file-classes.ts'
import { JobUsage } from './usage.ts'

const siteOptions = {
  name: Type.Optional(Type.String({ maxLength: 100 })),
  ssh: Type.Optional(SshOptions),
  https: Type.Optional(HttpsOptions),
}
/** A text file in the folder of a job or of an element of an array. */
const ofJob = { ...site, id: Id, file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })) }
const NodesShown = object({ status: NodesStatus, summary: Type.Optional(ClusterSummary), at: Type.String(), ...age })
const Catalogue = object({ items: Type.Array(Template), broken: Type.Array(BrokenTemplate), ...age })

/** Of a file in a job's folder. */
const filePath = Type.String({ minLength: 1, maxLength: 4096 })

/** Files of this machine, folders walked; links, devices and what cannot be read left out with the reason. */
const expanded = object({
  files: Type.Array(PickedFile),
  skipped: Type.Array(
    object({
      path: Type.String(),
      reason: Type.Union([Type.Literal('link'), Type.Literal('special'), Type.Literal('unreadable')]),
    }),
  ),
})

/**
 * THE map between a window (or terminal) and the core: feature → methods and streams.
 *
 * - A method marked `change` alters something: the client gives each call an id of its own, and the same id is done once,
 *   however often the call is sent (a lost connection sends it again).
 * - A stream begins with a snapshot and continues with numbered events; after a gap the client gets a new snapshot.
 * - What was told before is told again while its site is out of reach, with its age: see `dated`.
 * - Payloads are plain JSON. Bulk bytes never travel here.
 */
export const app = {
  host: {
    methods: {
      info: query(nothing, HostInfo),
      /** Opens an http(s) address in the system's browser. */
      openExternal: change(object({ url: Type.String({ pattern: '^https?://' }) }), nothing),
      /** A native dialog; only with the capability `nativeDialogs`. */
      pickFiles: change(object({ folders: Type.Boolean() }), expanded),
    },
    streams: {},
  },

  settings: {
    methods: { update: change(Type.Partial(Settings, { additionalProperties: false }), Settings) },
    streams: { current: stream(nothing, Settings, Settings) },
  },

  sites: {
    methods: {
      /**
       * Remembers a site: `https://…` after probing it (health, protocol version); `ssh://…` or `user@host`, which is then
       * connected to.
       */
      add: change(object({ url: Type.String({ minLength: 1, maxLength: 2000 }), ...siteOptions }), Site),
      /** Name, address and options, each where it is given. A changed address or option connects anew. */
      update: change(
        object({
          ...site,
          url: Type.Optional(Type.String({ minLength: 1, maxLength: 2000 })),
          ...siteOptions,
        }),
        Site,
      ),
      /** Forgets it with its secrets. */
      remove: change(object(site), nothing),
      /** Of `~/.ssh/config`, in its order. */
      configuredHosts: query(nothing, object({ hosts: Type.Array(ConfiguredHost) })),
      /** SSH: connects now and asks what must be asked; resolves once it is connected, or with why not. */
      connect: change(object(site), Site),
      /** SSH: ends the session and stays away until `connect`. */
      disconnect: change(object(site), nothing),
      answer: change(object({ question: Id, answer: SiteAnswer }), nothing),
      /** SSH: ends and removes the user's own agent and all that Headway put there; `data`: its jobs' history and uploads too. */
      uninstall: change(object({ ...site, data: Type.Boolean() }), nothing),
      signIn: change(
        object({
          ...site,
          username: Type.String({ minLength: 1, maxLength: 128 }),
          password: Type.String({ minLength: 1, maxLength: 1024 }),
        }),
        Site,
      ),
      signOut: change(object(site), nothing),
      /** Tries a lost connection at once instead of at the next attempt. */
      reconnect: change(object(site), nothing),
    },
    streams: {
      all: collection(Site, nothing),
      questions: collection(SiteQuestion, nothing),
      /** Tries the way to a site step by step, and tells each step as it goes; ends nothing that is connected. */
      test: stream(
        object({ url: Type.String({ minLength: 1, maxLength: 2000 }), ...siteOptions }),
        object({ steps: Type.Array(SiteTestStep) }),
        object({ steps: Type.Array(SiteTestStep) }),
      ),
    },
  },

  forwards: {
    methods: {
      /** `localPort` absent: any free one. PORT_TAKEN. */
      open: change(
        object({
          ...site,
          host: Type.String({ minLength: 1, maxLength: 255, pattern: '^[A-Za-z0-9._:-]+$' }),
          port: Type.Integer({ minimum: 1, maximum: 65_535 }),
          localPort: Type.Optional(Type.Integer({ minimum: 1024, maximum: 65_535 })),
        }),
        Forward,
      ),
      close: change(object({ id: Id }), nothing),
    },
    streams: { all: collection(Forward, nothing) },
  },

  terminals: {
    methods: {
      open: change(object({ ...site, size: TerminalSize }), Terminal),
      /** Keys as the shell gets them, UTF-8. */
      write: change(object({ id: Id, data: Type.String({ maxLength: 1_000_000 }) }), nothing),
      resize: change(object({ id: Id, size: TerminalSize }), nothing),
      /** Ends the shell and forgets it. */
      close: change(object({ id: Id }), nothing),
    },
    streams: {
      all: collection(Terminal, nothing),
      /** The last part of what was printed, then what comes; a reader that is slow gets the last part anew. */
      output: stream(object({ id: Id }), object({ data: Type.String() }), object({ data: Type.String() })),
    },
  },

  templates: {
    methods: {
      /** The script a submission would run, with every value quoted, and what stands in its way. */
      preview: query(
        object({
          ...site,
          submission: Submission,
          files: Type.Array(object({ slot: Type.Optional(Type.String()), name: Type.String() })),
        }),
        object({
          script: Type.String(),
          problems: Type.Array(
            object({
              parameter: Type.Optional(Type.String()),
              slot: Type.Optional(Type.String()),
              reason: Type.String(),
            }),
          ),
        }),
      ),
      /** The YAML text of a template, for editing. */
      source: query(object({ ...site, id: Id }), object({ yaml: Type.String(), ...age })),
      /** Creates (no `id`) or replaces a template from YAML; also the import of a file. */
      save: change(
        object({
          ...site,
          id: Type.Optional(Id),
          yaml: Type.String({ minLength: 1, maxLength: 500_000 }),
          visibility: Type.Union([Type.Literal('shared'), Type.Literal('private')]),
        }),
        Template,
      ),
      remove: change(object({ ...site, id: Id }), nothing),
      /** The shipped example files that fit a template's slots, as uploads that need no local file. */
      useExamples: change(object({ ...site, id: Id, label: Id }), object({ uploads: Type.Array(Upload) })),
    },
    streams: {
      all: stream(object(site), Catalogue, Catalogue),
    },
  },

  uploads: {
    methods: {
      /** What dropped paths are: folders walked, links and special entries left out with a note. Only with `localPaths`. */
      expand: query(
        object({ paths: Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), { maxItems: 10_000 }) }),
        expanded,
      ),
      /** Checks names, sizes and duplicates and starts what is good; what is refused is said beside each file. */
      add: change(
        object({
          ...site,
          label: Id,
          files: Type.Array(
            object({ ...PickedFile.properties, slot: Type.Optional(Type.String()), class: Type.Optional(FileClass) }),
            { minItems: 1, maxItems: 30_000 },
          ),
        }),
        object({
          added: Type.Array(Upload),
          refused: Type.Array(
            object({
              name: Type.String(),
              error: AppError,
            }),
          ),
          /** Names already in this form with the same size and time: not sent again. */
          duplicates: Type.Array(Type.String()),
        }),
      ),
      pause: change(object({ ids: Type.Array(Id) }), nothing),
      resume: change(object({ ids: Type.Array(Id) }), nothing),
      /** Stops it and removes what arrived. */
      cancel: change(object({ ids: Type.Array(Id) }), nothing),
      /** Takes ended uploads off the list; the stored file stays. */
      forget: change(object({ ids: Type.Array(Id) }), nothing),
      /** Gives an upload that waits for its file a new source; refused when size or name differ. */
      reattach: change(object({ id: Id, file: PickedFile }), Upload),
      assign: change(object({ id: Id, slot: Type.Optional(Type.String()) }), Upload),
    },
    streams: { all: collection(Upload, nothing) },
  },

  jobs: {
    methods: {
      /** Puts it into the outbox: it waits for its uploads and for the network, and is sent exactly once. The task shows it. */
      submit: change(
        object({
          ...site,
          submission: Submission,
          uploads: Type.Array(BoundUpload, { maxItems: 1000 }),
          /** Files that are at the agent already, by its own ids: those of an older job. */
          stored: Type.Optional(Type.Array(JobFile, { maxItems: 1000 })),
        }),
        object({ taskId: Type.String() }),
      ),
      cancel: change(object({ ...site, id: Id }), Job),
      /** The same for each; ids may be elements of arrays. Answers with what became of each, also where some were refused. */
      change: change(
        object({ ...site, ids: Type.Array(Id, { minItems: 1, maxItems: 1000 }), change: JobChange }),
        object({ results: Type.Array(ChangeResult) }),
      ),
      detail: query(object({ ...site, id: Id }), dated(JobDetail)),
      /** What it was asked for with, for a form that asks again. */
      submission: query(object({ ...site, id: Id }), dated(Resubmission)),
      /** A private template out of a job: its script, resources, and parameters with their values as defaults. */
      cloneTemplate: change(
        object({
          ...site,
          id: Id,
          templateId: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }),
          name: Type.String({ minLength: 1, maxLength: 128 }),
        }),
        Template,
      ),
    },
    streams: {
      /** The user's own; `everybody`: all users', which only admins get, a few seconds old. */
      all: datedCollection(Job, object({ ...site, everybody: Type.Optional(Type.Boolean()) })),
      /** A part of an array's elements, kept up to date (at most once a second). */
      elements: stream(
        object({
          ...site,
          id: Id,
          states: Type.Optional(Type.Array(JobState, { maxItems: 10 })),
          offset: Type.Integer({ minimum: 0 }),
          limit: Type.Integer({ minimum: 1, maximum: 1000 }),
        }),
        ElementPage,
        ElementPage,
      ),
    },
  },

  /** What a job leaves behind; `id` is the job's, an element's id stands for its array. */
  results: {
    methods: {
      files: query(object({ ...site, id: Id }), object({ files: Type.Array(ResultFile), ...age })),
      /** The figures its template reads from its files. */
      figures: query(object({ ...site, id: Id }), object({ values: Type.Array(ResultValue), ...age })),
      /** A part of the job's folder. */
      folder: query(object({ ...site, id: Id, ...FolderQuery.properties }), dated(ResultFolder)),
      /** Totals of the folders directly below `path`; may take seconds where there are many files. */
      sizes: query(object({ ...site, id: Id, path: FolderQuery.properties.path }), FolderSizes),
      space: query(object(site), Space),
      /** A look at a file. What cannot be shown is an error CONFLICT whose reason says why. */
      preview: query(object({ ...site, id: Id, path: filePath, as: PreviewKind }), Preview),
      makeFolder: change(object({ ...site, id: Id, path: filePath }), object({ path: Type.String() })),
      rename: change(object({ ...site, id: Id, from: filePath, to: filePath }), object({ path: Type.String() })),
      remove: change(
        object({ ...site, id: Id, paths: Type.Array(filePath, { minItems: 1, maxItems: 1000 }) }),
        object({ removed: Type.Integer() }),
      ),
      /** Puts files into the job's folder as a task: it waits for their uploads, then gives them their place below `folder`. */
      put: change(
        object({
          ...site,
          id: Id,
          folder: FolderQuery.properties.path,
          uploads: Type.Array(object({ id: Id, path: filePath }), { minItems: 1, maxItems: 10_000 }),
        }),
        object({ taskId: Type.String() }),
      ),
      /** Saves one result file on this machine as a task (hosts without `browserDownloads`). `to`: a folder; absent: Downloads. */
      save: change(
        object({ ...site, id: Id, path: filePath, to: Type.Optional(Type.String()) }),
        object({ taskId: Type.String() }),
      ),
      /** The same for several files and folders, kept as they lie, in a new folder called `name`. */
      saveMany: change(
        object({
          ...site,
          id: Id,
          ...Selection.properties,
          name: Type.String({ minLength: 1, maxLength: 200 }),
          to: Type.Optional(Type.String()),
        }),
        object({ taskId: Type.String() }),
      ),
      /** A one-time ticket that the page posts to `/download` (hosts with `browserDownloads`). */
      downloadTicket: change(object({ ...site, id: Id, path: filePath }), object({ ticket: Type.String() })),
      /** The same for several files and folders as one zip. */
      archiveTicket: change(
        object({ ...site, id: Id, ...Selection.properties, name: Type.String({ minLength: 1, maxLength: 200 }) }),
        object({ ticket: Type.String() }),
      ),
    },
    streams: {},
  },

  /** How a job's solver gets on; `id` is the job's, or that of an element of an array. */
  convergence: {
    methods: {
      /** How a log is read whose template names no parser (or another one), and whether the user is told of trouble. */
      choose: change(object({ ...site, id: Id, choice: ConvergenceChoice }), ConvergenceHead),
    },
    streams: {
      /**
       * The latest run while it goes on; with `run` an earlier one, which does not change any more. Rows of an event come
       * after those before, unless `anew` says that another run has begun.
       */
      points: stream(
        object({ ...site, id: Id, run: Type.Optional(Type.Integer({ minimum: 1 })) }),
        object({ head: ConvergenceHead, rows: Type.Array(ConvergenceRow), complete: Type.Boolean() }),
        object({
          head: Type.Optional(ConvergenceHead),
          rows: Type.Array(ConvergenceRow),
          anew: Type.Optional(Type.Boolean()),
          complete: Type.Boolean(),
        }),
      ),
    },
  },

  /** Text files of a job's folder; without `file` its own log. Bytes travel as base64: the window chooses the encoding. */
  logs: {
    methods: {
      files: query(object({ ...site, id: Id }), object({ files: Type.Array(LogFile), more: Type.Boolean() })),
      /** `start` is less than `offset` where the file is shorter. `version` changes when the file is started over. */
      read: query(
        object({
          ...ofJob,
          offset: Type.Integer({ minimum: 0 }),
          length: Type.Integer({ minimum: 1, maximum: longestRead }),
        }),
        object({ bytes: Type.String(), start: Type.Integer(), size: Type.Integer(), version: Type.String() }),
      ),
      /** One leg of a search; the next one begins at its `next`. */
      search: query(
        object({
          ...ofJob,
          query: LogQuery,
          from: Type.Integer({ minimum: 0 }),
          direction: SearchDirection,
          limit: Type.Integer({ minimum: 1, maximum: 1000 }),
        }),
        LogMatches,
      ),
    },
    streams: {
      /**
       * The snapshot is the file's end (at most 256 KiB), `start` the byte it begins at; events add to it. A file that is
       * started over, and a window that cannot keep up, get a new snapshot.
       */
      follow: stream(
        object(ofJob),
        object({
          bytes: Type.String(),
          start: Type.Integer(),
          end: Type.Integer(),
          complete: Type.Boolean(),
          version: Type.String(),
        }),
        object({ bytes: Type.String(), end: Type.Integer(), complete: Type.Boolean() }),
      ),
    },
  },

  /** A submission looked at before it is made. */
  preflight: {
    methods: {
      check: query(
        object({
          ...site,
          submission: Submission,
          /** At the agent already. */
          stored: Type.Array(JobFile, { maxItems: 1000 }),
          /** Still to come. */
          planned: Type.Array(PlannedFile, { maxItems: 1000 }),
        }),
        Preflight,
      ),
      /** Partitions, accounts, QOS and licences that the user may name. */
      choices: query(object(site), dated(JobChoices)),
    },
    streams: {},
  },

  /** What a job uses; `id` is the job's, or an element's. Whole each time: it is small. */
  usage: {
    methods: {},
    streams: { of: stream(object({ ...site, id: Id }), JobUsage, JobUsage) },
  },

  workflows: {
    methods: {
      cancel: change(object({ ...site, id: Id }), WorkflowRun),
      /** The steps that did not succeed, or `from` and all after it, as new jobs. */
      restart: change(object({ ...site, id: Id, from: Type.Optional(StepKey) }), WorkflowRun),
    },
    streams: { all: datedCollection(WorkflowRun, object(site)) },
  },

  desktops,

  outbox,

  nodes: {
    methods: {},
    streams: {
      status: stream(object(site), NodesShown, NodesShown),
      /** What runs the jobs, its partitions, and since when what it tells is old. */
      scheduler: stream(object(site), dated(SchedulerStatus), dated(SchedulerStatus)),
    },
  },

  notifications: {
    methods: {
      /** All up to this id are read, on this machine. */
      read: change(object({ ...site, upTo: Type.Integer({ minimum: 0 }) }), nothing),
      /**
       * Asks to show those up to this id by the system: those with a greater id than `from` were not shown before, and are
       * the caller's to show. Kept over restarts and the same for all windows, so nothing is shown twice.
       */
      claim: change(
        object({ ...site, upTo: Type.Integer({ minimum: 0 }) }),
        object({ from: Type.Integer({ minimum: 0 }) }),
      ),
      /** Shows one by the operating system; only with the capability `nativeNotifications`. A click opens the hash. */
      show: change(
        object({
          title: Type.String({ minLength: 1, maxLength: 200 }),
          body: Type.String({ maxLength: 1000 }),
          place: Type.String({ pattern: '^#/', maxLength: 500 }),
        }),
        nothing,
      ),
      choices: query(object(site), NotificationChoices),
      choose: change(
        object({ ...site, kinds: Type.Partial(NotificationChoices.properties.kinds, { additionalProperties: false }) }),
        NotificationChoices,
      ),
      mute: change(object({ ...site, job: Id, muted: Type.Boolean() }), NotificationChoices),
    },
    streams: {
      /** The newest, at most 100; what a user has not read yet has a greater id than `readUpTo`. */
      all: stream(
        object(site),
        object({ items: Type.Array(Notification), readUpTo: Type.Integer() }),
        object({ put: Type.Array(Notification), gone: Type.Array(Type.Integer()), readUpTo: Type.Integer() }),
      ),
    },
  },

  tasks: {
    methods: {
      pause: change(object({ id: Type.String() }), nothing),
      resume: change(object({ id: Type.String() }), nothing),
      cancel: change(object({ id: Type.String() }), nothing),
      retry: change(object({ id: Type.String() }), nothing),
      forget: change(object({ id: Type.String() }), nothing),
    },
    streams: { all: collection(Task, nothing) },
  },
} satisfies Record<string, FeatureContract>

export type App = typeof app
export type Feature = keyof App
export type Method<F extends Feature> = keyof App[F]['methods'] & string
export type Stream<F extends Feature> = keyof App[F]['streams'] & string

type MethodOf<F extends Feature, M extends Method<F>> = App[F]['methods'][M] extends infer C extends MethodContract
  ? C
  : never
type StreamOf<F extends Feature, S extends Stream<F>> = App[F]['streams'][S] extends infer C extends StreamContract
  ? C
  : never

export type Input<F extends Feature, M extends Method<F>> = Static<MethodOf<F, M>['input']>
export type Output<F extends Feature, M extends Method<F>> = Static<MethodOf<F, M>['output']>
export type Params<F extends Feature, S extends Stream<F>> = Static<StreamOf<F, S>['params']>
export type Snapshot<F extends Feature, S extends Stream<F>> = Static<StreamOf<F, S>['snapshot']>
export type StreamEvent<F extends Feature, S extends Stream<F>> = Static<StreamOf<F, S>['event']>
