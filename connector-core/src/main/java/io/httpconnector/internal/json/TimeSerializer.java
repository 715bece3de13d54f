package io.httpconnector.internal.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;

/** Writes times as ISO 8601 texts, always with seconds, and with an offset instead of the name of a zone: RFC 3339. */
final class TimeSerializer extends StdSerializer<TemporalAccessor> {

    private static final long serialVersionUID = 1L;

    TimeSerializer() {
        super(TemporalAccessor.class);
    }

    @Override
    public void serialize(TemporalAccessor time, JsonGenerator json, SerializerProvider provider) throws IOException {
        json.writeString(text(time));
    }

    private static String text(TemporalAccessor time) {
        if (time instanceof OffsetDateTime || time instanceof ZonedDateTime) {
            return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time);
        }
        if (time instanceof LocalDateTime) {
            return DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time);
        }
        if (time instanceof LocalTime) {
            return DateTimeFormatter.ISO_LOCAL_TIME.format(time);
        }
        return time instanceof OffsetTime ? DateTimeFormatter.ISO_OFFSET_TIME.format(time) : time.toString();
    }
}
