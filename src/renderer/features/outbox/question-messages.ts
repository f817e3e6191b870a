import { defineMessages } from '../../ui/text.ts'

/** What the user is asked about an entry. */
export const questionMessages = defineMessages('outbox-questions', {
  'template-changed.title': {
    en: 'The template has changed since you filled in the form.',
    ko: '양식을 작성한 뒤 템플릿이 바뀌었습니다.',
  },
  'template-changed.text': {
    en: 'Version {{from}} was filled in; the site has version {{to}}. Values that still fit are kept.',
    ko: '버전 {{from}}(으)로 작성했고 사이트에는 버전 {{to}}이(가) 있습니다. 아직 맞는 값은 그대로 씁니다.',
  },
  'template-changed.accept': { en: 'Send with version {{version}}', ko: '버전 {{version}}(으)로 보내기' },
  'template-changed.table': { en: 'What has changed', ko: '바뀐 내용' },
  'template-changed.part': { en: 'Part', ko: '항목' },
  'template-changed.before': { en: 'Before', ko: '이전' },
  'template-changed.after': { en: 'Now', ko: '현재' },
  'template-changed.none': {
    en: 'Nothing that this job uses is different.',
    ko: '이 작업에 쓰이는 내용은 바뀌지 않았습니다.',
  },
  'part.parameter': { en: 'Parameter', ko: '매개변수' },
  'part.files': { en: 'Files', ko: '파일' },
  'part.resources': { en: 'Resources', ko: '자원' },
  'part.script': { en: 'Script', ko: '스크립트' },
  'part.steps': { en: 'Steps', ko: '단계' },
  'part.requires': { en: 'Commands needed', ko: '필요한 명령' },
  'part.other': { en: 'Other', ko: '기타' },
  absent: { en: 'none', ko: '없음' },
  'template-gone.title': {
    en: 'The template “{{template}}” no longer exists on {{site}}.',
    ko: '템플릿 “{{template}}”이(가) {{site}}에 더 이상 없습니다.',
  },
  'template-gone.text': {
    en: 'Delete the entry, or make the job anew from another template.',
    ko: '항목을 삭제하거나 다른 템플릿으로 작업을 새로 만드세요.',
  },
  'template-gone.templates': { en: 'Show templates', ko: '템플릿 보기' },
  'checks.title': { en: '{{site}} would refuse this job as it is.', ko: '이대로는 {{site}}이(가) 작업을 거부합니다.' },
  'checks.text': {
    en: 'Take one of the values suggested, edit it, or send it all the same.',
    ko: '제안된 값을 쓰거나 편집하거나 그대로 보내세요.',
  },
  'checks.accept': { en: 'Send anyway', ko: '그대로 보내기' },
  'files.title_one': {
    en: '{{count}} file of this job did not arrive.',
    ko: '이 작업의 파일 {{count}}개가 도착하지 않았습니다.',
  },
  'files.title_other': {
    en: '{{count}} files of this job did not arrive.',
    ko: '이 작업의 파일 {{count}}개가 도착하지 않았습니다.',
  },
  'files.text': {
    en: 'Once they go on, the job goes on by itself.',
    ko: '파일 업로드가 이어지면 작업도 자동으로 이어집니다.',
  },
  'files.list': { en: 'Files that need you', ko: '확인할 파일' },
  'files.uploads': { en: 'Show uploads', ko: '업로드 보기' },
  'dependency.failed': {
    en: '“{{title}}”, which this job waits for, was refused.',
    ko: '이 작업이 기다리던 “{{title}}” 항목이 거부되었습니다.',
  },
  'dependency.deleted': {
    en: '“{{title}}”, which this job waits for, was deleted.',
    ko: '이 작업이 기다리던 “{{title}}” 항목이 삭제되었습니다.',
  },
  'dependency.text': {
    en: 'Send it without waiting, choose another job in its form, or delete it.',
    ko: '기다리지 않고 보내거나, 양식에서 다른 작업을 고르거나, 삭제하세요.',
  },
  'dependency.accept': { en: 'Send without it', ko: '기다리지 않고 보내기' },
  'dependency.show': { en: 'Show “{{title}}”', ko: '“{{title}}” 보기' },
})
