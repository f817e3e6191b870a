import { defineMessages } from '../../ui/text.ts'

export const resultsMessages = defineMessages('results', {
  cancel: { en: 'Cancel', ko: '취소' },

  'figures.title': { en: 'Results', ko: '결과' },
  'figures.unread': { en: 'not readable: {{problem}}', ko: '읽을 수 없음: {{problem}}' },
  'figures.none': {
    en: 'There are no figures to show; the files are below.',
    ko: '표시할 결과 수치가 없습니다. 파일은 아래에 있습니다.',
  },
  'figures.look': { en: 'Look at {{name}}', ko: '{{name}} 보기' },

  download: { en: 'Download {{name}}', ko: '{{name}} 다운로드' },
  'download.short': { en: 'Download', ko: '다운로드' },
  'download.all': { en: 'Download all', ko: '모두 다운로드' },
  'download.found': { en: 'Download what was found', ko: '찾은 파일 다운로드' },
  'download.selected_one': { en: 'Download {{count}}', ko: '{{count}}개 다운로드' },
  'download.selected_other': { en: 'Download {{count}}', ko: '{{count}}개 다운로드' },
  'download.saving': {
    en: '“{{name}}” is being saved; its progress is under Tasks at the top right.',
    ko: '“{{name}}” 파일을 저장하고 있습니다. 진행 상황은 오른쪽 위 진행 작업에서 볼 수 있습니다.',
  },

  'collision.title': { en: '“{{name}}” is on this machine already', ko: '“{{name}}”이(가) 이미 이 컴퓨터에 있습니다' },
  'collision.file': {
    en: 'Keep both and the new file gets a number, or let it take the place of the one in Downloads.',
    ko: '둘 다 두면 새 파일 이름에 번호가 붙습니다. 바꾸면 다운로드 폴더의 파일이 새 파일로 바뀝니다.',
  },
  'collision.folder': {
    en: 'Keep both and the new folder gets a number. Otherwise the files go into the folder in Downloads: replaced where they differ, or only those that are missing there.',
    ko: '둘 다 두면 새 폴더 이름에 번호가 붙습니다. 아니면 다운로드 폴더의 그 폴더에 저장합니다. 다른 파일은 바꾸거나, 없는 파일만 받습니다.',
  },
  'collision.keepBoth': { en: 'Keep both', ko: '둘 다 두기' },
  'collision.replace': { en: 'Replace', ko: '바꾸기' },
  'collision.skip': { en: 'Only what is missing', ko: '없는 파일만' },

  'files.title': { en: 'Files', ko: '파일' },
  'files.count_one': { en: '{{count}} entry, {{size}}', ko: '{{count}}개, {{size}}' },
  'files.count_other': { en: '{{count}} entries, {{size}}', ko: '{{count}}개, {{size}}' },
  'files.none': {
    en: 'The job’s folder is empty. Files dropped here are put into it.',
    ko: '작업 폴더가 비어 있습니다. 여기에 파일을 놓으면 폴더에 들어갑니다.',
  },
  'files.noMatch': { en: 'No file fits.', ko: '조건에 맞는 파일이 없습니다.' },
  'files.incomplete': {
    en: 'There are more than 100,000 files; those beyond are not listed. Narrow it with a folder.',
    ko: '파일이 10만 개를 넘어 나머지는 표시되지 않습니다. 폴더를 열어 범위를 좁히세요.',
  },
  'files.name': { en: 'Name', ko: '이름' },
  'files.class': { en: 'Class', ko: '종류' },
  'files.anyClass': { en: 'Any class', ko: '모든 종류' },
  'files.size': { en: 'Size', ko: '크기' },
  'files.modified': { en: 'Changed', ko: '수정' },
  'files.actions': { en: 'Actions', ko: '동작' },
  'files.main': { en: 'main result', ko: '주요 결과' },
  'files.input': { en: 'input', ko: '입력' },
  'files.folder': { en: 'folder', ko: '폴더' },
  'files.inside_one': { en: '{{count}} file inside', ko: '파일 {{count}}개 포함' },
  'files.inside_other': { en: '{{count}} files inside', ko: '파일 {{count}}개 포함' },
  'files.refresh': { en: 'Look again', ko: '새로 고침' },
  'files.filter': { en: 'Find files, for example *.vtu', ko: '파일 찾기, 예: *.vtu' },
  'files.filterHint': { en: 'Name or *.vtu', ko: '이름 또는 *.vtu' },
  'files.select': { en: 'Select {{name}}', ko: '{{name}} 선택' },
  'files.selectAll': { en: 'Select all', ko: '모두 선택' },

  'folder.where': { en: 'Place in the job’s folder', ko: '작업 폴더 안의 위치' },
  'folder.top': { en: 'Job', ko: '작업' },
  'folder.empty': { en: 'This folder is empty.', ko: '폴더가 비어 있습니다.' },
  'folder.new': { en: 'New folder', ko: '새 폴더' },
  'folder.make': { en: 'Make folder', ko: '폴더 만들기' },

  'name.label': { en: 'Name', ko: '이름' },
  'name.slash': { en: 'A name has no slash.', ko: '이름에는 슬래시를 쓸 수 없습니다.' },
  'name.refused': { en: 'That name cannot be used here.', ko: '여기서는 그 이름을 쓸 수 없습니다.' },
  'name.refused.next': {
    en: 'Something of that name exists already, or it is an input of the job. Choose another name.',
    ko: '같은 이름이 이미 있거나 작업의 입력 파일입니다. 다른 이름을 고르세요.',
  },
  'rename.do': { en: 'Rename {{name}}', ko: '{{name}} 이름 바꾸기' },
  'rename.confirm': { en: 'Rename', ko: '이름 바꾸기' },

  'remove.do_one': { en: 'Delete {{count}}…', ko: '{{count}}개 삭제…' },
  'remove.do_other': { en: 'Delete {{count}}…', ko: '{{count}}개 삭제…' },
  'remove.count_one': { en: '{{count}} entry', ko: '{{count}}개' },
  'remove.count_other': { en: '{{count}} entries', ko: '{{count}}개' },
  'remove.title': { en: 'Delete “{{name}}”?', ko: '“{{name}}”을(를) 삭제할까요?' },
  'remove.text': {
    en: 'It is deleted on the cluster, folders with all that is in them. This cannot be undone.',
    ko: '클러스터에서 삭제됩니다. 폴더는 안의 내용까지 모두 삭제되며 되돌릴 수 없습니다.',
  },
  'remove.confirm': { en: 'Delete', ko: '삭제' },

  'put.do': { en: 'Upload', ko: '업로드' },
  'put.files': { en: 'Files…', ko: '파일…' },
  'put.folder': { en: 'Folder…', ko: '폴더…' },
  'put.sending_one': {
    en: '{{count}} file is being uploaded into this folder.',
    ko: '이 폴더에 파일 {{count}}개를 올리고 있습니다.',
  },
  'put.sending_other': {
    en: '{{count}} files are being uploaded into this folder.',
    ko: '이 폴더에 파일 {{count}}개를 올리고 있습니다.',
  },
  'put.refused': { en: '“{{name}}” was refused', ko: '“{{name}}” 파일이 거부되었습니다' },

  'space.free': { en: '{{size}} free', ko: '여유 {{size}}' },
  'space.quota': { en: 'quota {{used}} of {{limit}}', ko: '할당량 {{limit}} 중 {{used}} 사용' },
  'space.warning': { en: 'Warning', ko: '경고' },
  'space.tight': {
    en: '– nearly full: remove old results or ask for more.',
    ko: '– 거의 찼습니다. 오래된 결과를 지우거나 늘려 달라고 요청하세요.',
  },
  'space.full': { en: '– the disk is nearly full.', ko: '– 디스크가 거의 찼습니다.' },
})
