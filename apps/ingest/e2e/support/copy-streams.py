"""Muxes the first stream of each file into one FLV file or RTMP URL, with libavformat.

usage: copy-streams.py OUTPUT INPUT...
"""

import sys
import time

import av

output = av.open(sys.argv[1], "w", format="flv")
packets = []
for path in sys.argv[2:]:
    source = av.open(path)
    stream = output.add_stream_from_template(source.streams[0], opaque=True)
    for packet in source.demux():
        if packet.dts is not None:
            packets.append((float(packet.dts * packet.time_base), stream, packet))
packets.sort(key=lambda entry: entry[0])

started = time.monotonic()
for dts, stream, packet in packets:
    if sys.argv[1].startswith("rtmp:"):
        time.sleep(max(0, dts - (time.monotonic() - started)))
    packet.stream = stream
    output.mux(packet)
output.close()
