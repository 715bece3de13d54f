package io.httpconnector.webhook;

import java.util.ArrayList;
import java.util.List;

/** Collects the signatures that are found, and those of them that can be decoded. */
final class SignatureCollector implements ValueSelector.MatchConsumer {

    private final BinaryEncoding encoding;
    private final int max;
    private int given;
    private List<byte[]> read = List.of();

    SignatureCollector(BinaryEncoding encoding, int max) {
        this.encoding = encoding;
        this.max = max;
    }

    /** The number of signatures, decoded or not. */
    int given() {
        return given;
    }

    /** The signatures that could be decoded. */
    List<byte[]> decoded() {
        return read;
    }

    @Override
    public void accept(String text, int from, int to) {
        given++;
        byte[] bytes = given > max ? null : encoding.decode(text, from, to);
        if (bytes == null) {
            return;
        }
        if (read.isEmpty()) {
            // The common case.
            read = List.of(bytes);
        } else {
            read = new ArrayList<>(read);
            read.add(bytes);
        }
    }
}
