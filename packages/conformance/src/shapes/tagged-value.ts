import { type Problem, show } from "../problem.js";
import { bool, either, integer, listOf, literal, number, oneOf, type Shape, s16, text, u16, u32 } from "./shape.js";

const NOT_FINITE = ["NaN", "Infinity", "-Infinity"];

/** A double: JSON has no NaN and no infinities, so these are strings. */
const double = either((value) => typeof value === "string", oneOf("number", NOT_FINITE), number);

const amf3Forms = new Map<unknown, readonly Shape[]>([
  ["undefined", []],
  ["null", []],
  ["false", []],
  ["true", []],
  ["integer", [integer(-0x10000000, 0x0fffffff)]],
  ["double", [double]],
  ["string", [text]],
]);

const amf3Value: Shape = (value, path, problems) => checkTagged(amf3Forms, "AMF3 tag", value, path, problems);

/** One AMF0 value in tagged form: a list of a tag and what belongs to it, such as `["number", 4.75]`. */
export const taggedValue: Shape = (value, path, problems) => checkTagged(amf0Forms, "tag", value, path, problems);

const member: Shape = (value, path, problems) => {
  if (!Array.isArray(value) || value.length !== 2) {
    problems.push({ what: `\`${path}\``, expected: "a list of key and value", actual: show(value) });
    return;
  }
  text(value[0], `${path}[0]`, problems);
  taggedValue(value[1], `${path}[1]`, problems);
};

const members = listOf(member);

const amf0Forms = new Map<unknown, readonly Shape[]>([
  ["number", [double]],
  ["boolean", [bool]],
  ["string", [text]],
  ["longString", [text]],
  ["xmlDocument", [text]],
  ["null", []],
  ["undefined", []],
  ["unsupported", []],
  ["object", [members]],
  ["ecmaArray", [u32, members]],
  ["strictArray", [listOf(taggedValue)]],
  ["typedObject", [text, members]],
  ["date", [double, s16]],
  ["reference", [u16]],
  ["avmplus", [amf3Value]],
]);

function checkTagged(
  forms: ReadonlyMap<unknown, readonly Shape[]>,
  noun: string,
  value: unknown,
  path: string,
  problems: Problem[],
): void {
  if (!Array.isArray(value) || value.length === 0) {
    problems.push({ what: `\`${path}\``, expected: "a list that begins with a tag", actual: show(value) });
    return;
  }
  const form = forms.get(value[0]);
  if (form === undefined) {
    oneOf(noun, [...forms.keys()] as string[])(value[0], `${path}[0]`, problems);
    return;
  }
  if (value.length !== form.length + 1) {
    literal(form.length + 1)(value.length, `${path}.length`, problems);
    return;
  }
  for (const [index, shape] of form.entries()) shape(value[index + 1], `${path}[${index + 1}]`, problems);
}
