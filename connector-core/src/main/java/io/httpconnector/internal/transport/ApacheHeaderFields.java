package io.httpconnector.internal.transport;

import io.httpconnector.internal.text.HeaderFields;
import org.apache.hc.core5.http.FormattedHeader;
import org.apache.hc.core5.http.Header;

/** The header fields of a response as Apache HttpClient stores them. */
final class ApacheHeaderFields implements HeaderFields {

    /** The size of the objects of a field without its characters. */
    private static final int OVERHEAD = 100;

    private final Header[] fields;

    ApacheHeaderFields(Header[] fields) {
        this.fields = fields;
    }

    @Override
    public int size() {
        return fields.length;
    }

    @Override
    public String name(int index) {
        return fields[index].getName();
    }

    @Override
    public String value(int index) {
        String value = fields[index].getValue();
        return value == null ? "" : value;
    }

    @Override
    public boolean isSensitive(int index) {
        return fields[index].isSensitive();
    }

    @Override
    public long memoryBytes() {
        long bytes = 0;
        for (Header field : fields) {
            // Reading the value would create it anew.
            bytes += OVERHEAD
                    + (field instanceof FormattedHeader line
                            ? (long) Character.BYTES * line.getBuffer().capacity()
                            : field.getName().length()
                                    + String.valueOf(field.getValue()).length());
        }
        return bytes;
    }
}
