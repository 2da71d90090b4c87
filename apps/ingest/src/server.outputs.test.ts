import { expect, test, vi } from "vitest";
import type { MediaPacket } from "./hub/media-packet.js";
import { metadataMessage, videoMessage } from "./testing/packets.js";
import { RawClient } from "./testing/raw-client.js";
import { startServer } from "./testing/test-server.js";

test("an output that an application brings gets every packet of the streams that it wants, and their end", async () => {
  const packets: MediaPacket[] = [];
  const ends: string[] = [];
  const server = await startServer(
    {},
    {
      outputs: [
        ({ id }) => {
          if (id.name !== "wanted") return undefined;
          return {
            packet: (packet) => void packets.push(packet),
            end: ({ reason }) => void ends.push(`${id.app}/${id.name}: ${reason}`),
            heldBytes: 0,
          };
        },
      ],
    },
  );
  for (const name of ["other", "wanted"]) {
    const publisher = await RawClient.publish(server.port, name);
    publisher.send(metadataMessage("width", 160));
    publisher.send(videoMessage(0, true));
    publisher.send(videoMessage(40));
    publisher.command(0, "deleteStream", 0, null, 1);
    await vi.waitFor(() => expect(server.events("unpublish").at(-1)).toMatchObject({ stream: name }));
  }
  expect(packets.map(({ kind, keyframe }) => `${kind}${keyframe ? " key" : ""}`)).toEqual([
    "data",
    "video key",
    "video",
  ]);
  expect(ends).toEqual(["live/wanted: deleteStream"]);
});

test("an output that throws is taken off its stream, which is recorded on", async () => {
  const server = await startServer(
    {},
    {
      outputs: [
        () => ({
          packet: () => {
            throw new Error("a mistake");
          },
          end: () => {},
          heldBytes: 0,
        }),
      ],
    },
  );
  const publisher = await RawClient.publish(server.port, "key");
  publisher.send(videoMessage(0, true));
  publisher.send(videoMessage(40));
  publisher.command(0, "deleteStream", 0, null, 1);
  expect(await server.event("unpublish")).toMatchObject({ clean: true, video: 2 });
  expect(server.events("fault")).toHaveLength(1);
  await server.event("recording-closed");
});
