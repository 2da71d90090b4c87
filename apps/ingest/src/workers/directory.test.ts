import { expect, test, vi } from "vitest";
import { Directory, type StreamOwner } from "./directory.js";

const id = { app: "live", name: "camera" };

function directory(force = false) {
  const told: string[] = [];
  const shared = new Directory<Owner>(force, {
    appeared: ({ name }, owner) => void told.push(`+${name}@${owner.name}`),
    disappeared: ({ name }, owner) => void told.push(`-${name}@${owner.name}`),
  });
  return { shared, told };
}

class Owner implements StreamOwner {
  readonly giveUp = vi.fn(async (_id: unknown, _force: boolean) => this.gives);
  constructor(
    readonly name: string,
    readonly gives = false,
  ) {}
}

test("a name has one owner, until it is released", async () => {
  const { shared, told } = directory();
  const [a, b] = [new Owner("a"), new Owner("b")];
  expect(await shared.claim(id, a)).toBe(true);
  expect(await shared.claim(id, b)).toBe(false);
  shared.release(id, b); // not its own
  expect(await shared.claim(id, b)).toBe(false);
  shared.release(id, a);
  expect(await shared.claim(id, b)).toBe(true);
  expect(told).toEqual(["+camera@a", "-camera@a", "+camera@b"]);
  expect([...shared.entries()]).toEqual([{ id, owner: b }]);
});

test("an owner that gives a name up is asked with the rule of takeovers, and its late release changes nothing", async () => {
  const { shared, told } = directory(true);
  const [a, b] = [new Owner("a", true), new Owner("b")];
  await shared.claim(id, a);
  expect(await shared.claim(id, b)).toBe(true);
  expect(a.giveUp).toHaveBeenCalledWith(id, true);
  shared.release(id, a);
  expect([...shared.entries()]).toEqual([{ id, owner: b }]);
  expect(told).toEqual(["+camera@a", "-camera@a", "+camera@b"]);
});

test("claims of one name are decided one after another: one wins", async () => {
  const { shared } = directory();
  const owners = ["a", "b", "c"].map((name) => new Owner(name));
  const won = await Promise.all(owners.map((owner) => shared.claim(id, owner)));
  expect(won).toEqual([true, false, false]);
});

test("an owner that can not be asked because it is gone has left its names", async () => {
  const { shared, told } = directory();
  const a = new Owner("a");
  const b = new Owner("b");
  await shared.claim(id, a);
  a.giveUp.mockImplementation(async () => {
    shared.left(a);
    throw new Error("gone");
  });
  expect(await shared.claim(id, b)).toBe(true);
  expect(told).toEqual(["+camera@a", "-camera@a", "+camera@b"]);
});
