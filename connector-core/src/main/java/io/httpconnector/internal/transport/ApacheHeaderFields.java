package io.httpconnector.internal.transport;

import io.httpconnector.internal.text.HeaderFields;
import org.apache.hc.core5.http.Header;

/** The header fields of a response as Apache HttpClient stores them. */
final class ApacheHeaderFields implements HeaderFields {

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
}
