package io.httpconnector.webhook;

/** The body of a request as it came. */
public final class RawBody {

    private final String contentType;
    private final byte[] bytes;

    RawBody(String contentType, byte[] bytes) {
        this.contentType = contentType;
        this.bytes = bytes;
    }

    /**
     * Its media type, as the header says it: not signed as a rule, and without influence on the payload then.
     *
     * @return the value of {@code Content-Type}, empty when there was none
     */
    public String contentType() {
        return contentType;
    }

    /**
     * The bytes.
     *
     * @return not copied: don't change them
     */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * Says how long it is, and nothing of its content.
     *
     * @return the size
     */
    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}
