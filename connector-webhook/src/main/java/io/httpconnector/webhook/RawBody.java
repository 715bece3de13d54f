package io.httpconnector.webhook;

/** The unmodified body of a request. */
public final class RawBody {

    private final String contentType;
    private final byte[] bytes;

    RawBody(String contentType, byte[] bytes) {
        this.contentType = contentType;
        this.bytes = bytes;
    }

    /**
     * Returns the media type given by the header. It is usually not signed, and then has no influence on the payload.
     *
     * @return the value of {@code Content-Type}; empty if it is missing
     */
    public String contentType() {
        return contentType;
    }

    /**
     * Returns the bytes.
     *
     * @return the bytes, not copied: do not modify them
     */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * Returns the size, without the content.
     *
     * @return the size
     */
    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}
