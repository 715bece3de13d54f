package io.httpconnector.internal.text;

/** A view of the header fields of a message by index, which avoids copying them from their storage. Immutable. */
public interface HeaderFields {

    /** A message without header fields. */
    HeaderFields NONE = new HeaderFields() {
        @Override
        public int size() {
            return 0;
        }

        @Override
        public String name(int index) {
            throw new IndexOutOfBoundsException(index);
        }

        @Override
        public String value(int index) {
            throw new IndexOutOfBoundsException(index);
        }

        @Override
        public boolean isSensitive(int index) {
            throw new IndexOutOfBoundsException(index);
        }
    };

    int size();

    String name(int index);

    /** Returns the value, empty if there is none. */
    String value(int index);

    /** Returns whether the value is a secret. */
    boolean isSensitive(int index);

    /** Returns the approximate number of bytes of all fields in memory. */
    default long memoryBytes() {
        long bytes = 0;
        for (int i = 0; i < size(); i++) {
            bytes += name(i).length() + value(i).length();
        }
        return bytes;
    }
}
