import type { Language } from '../../ui/text.ts'

/**
 * Why a file cannot be shown, as agent and core say it, in Korean. What has none here is said as it came: agents of other
 * versions have reasons of their own.
 */
const korean: readonly (readonly [RegExp, string])[] = [
  [/^A line of it is longer than any mesh file has\.$/, '메시 파일에 있을 수 없는 긴 줄이 있습니다.'],
  [/^It ends too early\.$/, '파일이 중간에서 끝납니다.'],
  [/^Files of this kind are not drawn\.$/, '이런 종류의 파일은 그리지 않습니다.'],
  [/^It holds no faces that could be drawn\.$/, '그릴 수 있는 면이 없습니다.'],
  [/^Some of its coordinates are no numbers\.$/, '좌표 중에 숫자가 아닌 값이 있습니다.'],
  [/^It is a binary (\.\w+); only the ASCII form is drawn\.$/, '바이너리 $1 파일입니다. ASCII 형식만 그립니다.'],
  [/^It has more points than can be drawn here\.$/, '점이 여기서 그릴 수 있는 것보다 많습니다.'],
  [/^It has more cells than can be drawn here\.$/, '요소가 여기서 그릴 수 있는 것보다 많습니다.'],
  [/^A cell of it names a point that is not there\.$/, '없는 점을 가리키는 요소가 있습니다.'],
  [/^A point of it has no number\.$/, '번호가 없는 점이 있습니다.'],
  [/^Version (.+) of \.msh is not known here\.$/, '.msh 버전 $1은(는) 지원하지 않습니다.'],
  [/^It does not begin like a (\.\w+) file\.$/, '$1 파일의 시작 형식이 아닙니다.'],
  [/^It names (\d+) triangles, which does not fit its length\.$/, '삼각형 수($1)가 파일 길이와 맞지 않습니다.'],
  [/^It holds no triangles\.$/, '삼각형이 없습니다.'],
  [/^It holds no vertices\.$/, '꼭짓점이 없습니다.'],
  [/^It names more cells than it holds\.$/, '실제보다 많은 요소 수가 적혀 있습니다.'],
  [/^An array of it is too large to be drawn here\.$/, '배열이 너무 커서 그릴 수 없습니다.'],
  [/^An array of it is damaged, or too large to be drawn here\.$/, '배열이 손상되었거나 너무 커서 그릴 수 없습니다.'],
  [/^The number type "(.*)" is not known here\.$/, '숫자 형식 “$1”은(는) 지원하지 않습니다.'],
  [/^A (\.vtk|VTK file) with (.+) is not drawn here\.$/, '$2 형식의 VTK 파일은 그리지 않습니다.'],
  [/^It is no VTK file in XML\.$/, 'XML 형식의 VTK 파일이 아닙니다.'],
  [/^Its numbers are big-endian, which is not read here\.$/, '빅 엔디언 숫자는 읽지 않습니다.'],
  [/^It is packed by (.+); only zlib is unpacked here\.$/, '$1(으)로 압축되어 있습니다. zlib만 풀 수 있습니다.'],
  [/^Its appended data is missing\.$/, '덧붙은 데이터가 없습니다.'],
  [/^It names a place that is not in it\.$/, '파일에 없는 위치를 가리킵니다.'],
  [/^It takes longer than (\d+) seconds to be read\.$/, '읽는 데 $1초가 넘게 걸립니다.'],
  [/^It is damaged, or not what its name says\.$/, '손상되었거나 이름과 다른 파일입니다.'],
  [/^It needs more memory than is given to a look at it\.$/, '보기에 주어진 것보다 많은 메모리가 필요합니다.'],
  [/^Files above 4 GB are not drawn\.$/, '4 GB를 넘는 파일은 그리지 않습니다.'],
  [
    /^It is no picture that can be shown here, whatever its name says\.$/,
    '이름과 달리 여기서 표시할 수 있는 그림이 아닙니다.',
  ],
  [/^The picture is larger than 12 MB\.$/, '그림이 12 MB보다 큽니다.'],
  [/^It is no text\.$/, '텍스트가 아닙니다.'],
  [/^It is too large to be shown here\.$/, '너무 커서 여기서 표시할 수 없습니다.'],
  [
    /^It was on the cluster already: there is no file of it on this machine\.$/,
    '이미 클러스터에 있던 파일이라 이 컴퓨터에는 없습니다.',
  ],
]

/** The reason in a language; as it came where that language has no words for it. */
export function reasonIn(reason: string, language: Language): string {
  if (language !== 'ko') return reason
  const known = korean.find(([pattern]) => pattern.test(reason))
  return known === undefined ? reason : reason.replace(known[0], known[1])
}
