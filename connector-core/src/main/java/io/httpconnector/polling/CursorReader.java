package io.httpconnector.polling;

import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.internal.json.MemberSteps;
import io.httpconnector.polling.TokenCursor.Expiry;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the member {@code cursor} of a definition. */
final class CursorReader {

    private CursorReader() {}

    /** Reads the output of {@link Cursor#toJson}: first the type, then all members that depend on it, in a fixed order. */
    static Cursor read(JsonObjectReader reader) {
        // "sentAs": The location of the cursor in the request. Default: where the template has the pill `{{cursor}}`.
        ParameterLocation in = reader.object("sentAs", ParameterLocation::read);
        // "windows": Consecutive time windows, for services that limit the time range of a query.
        WindowsJson windows = reader.object("windows", WindowsJson::read);
        reader.atMostOneOf("sentAs", "windows");
        reader.atMostOneOf("epochSeconds", "epochMillis", "format");
        // "clientSide": Whether the cursor is not sent, because the service cannot filter by it: the library leaves out
        // known records. Default: false.
        boolean notSent = reader.isSet("clientSide");
        if (notSent && reader.has("sentAs")) {
            reader.problem("clientSide", "contradicts sentAs: give one of them");
        } else if (notSent && reader.has("windows")) {
            reader.problem("clientSide", "contradicts windows: give one of them");
        }
        RecordOrder order = reader.constant("order", RecordOrder.class);
        ZoneId zone = reader.zone("zone");
        Cursor kind = readType(reader);
        boolean isNumber = kind == null ? reader.has("number") : kind instanceof NumberCursor;
        Long numbers = isNumber ? reader.longInteger("lookback") : null;
        Duration time = isNumber ? null : reader.duration("lookback");
        // A number has none of the options of a timestamp. A placeholder accepts as many members as possible,
        // because it is not used.
        Cursor start = kind != null ? kind : isNumber ? Cursor.number("") : Cursor.timestamp("/time");
        boolean hasPlace = reader.has("sentAs") || reader.has("windows");
        MemberSteps<Cursor> steps = new MemberSteps<>(reader, notSent && !hasPlace ? start.clientSide() : start)
                .with("sentAs", in, Cursor::sentAs)
                .text("format", Cursor::format)
                .flag("epochSeconds", Cursor::epochSeconds)
                .flag("epochMillis", Cursor::epochMillis)
                .with("zone", zone, Cursor::zone)
                .duration("resolution", Cursor::resolution)
                .with("lookback", numbers, (cursor, lookback) -> cursor.lookback(lookback))
                .with("lookback", time, (cursor, lookback) -> cursor.lookback(lookback))
                .duration("settlingTime", Cursor::settlingTime)
                .with("until", reader.instant("until"), Cursor::until)
                .text("windowStartAs", Cursor::windowStartAs)
                .text("windowEndAs", Cursor::windowEndAs)
                .with("order", order, Cursor::order);
        reader.requireElement("expiredWhen");
        steps.each(
                "expiredWhen", CursorReader::readExpiry, (cursor, one) -> cursor.expiredWhen(one.status(), one.text()));
        if (in == null && !reader.has("sentAs")) {
            steps.with("windows", windows, (cursor, each) -> cursor.windows(each.step, each.from, each.to));
        }
        return steps.value();
    }

    /** The member {@code windows}. */
    private record WindowsJson(Duration step, ParameterLocation from, ParameterLocation to) {
        static @Nullable WindowsJson read(JsonObjectReader reader) {
            // "step": The length of a window.
            Duration step = reader.requiredDuration("step");
            // "from": The location of its start in the request.
            ParameterLocation from = reader.requiredObject("from", ParameterLocation::read);
            // "to": The location of its end.
            ParameterLocation to = reader.requiredObject("to", ParameterLocation::read);
            return step == null || from == null || to == null ? null : new WindowsJson(step, from, to);
        }
    }

    /** The cursor to which the other members are applied; null if its member is missing or invalid. */
    private static @Nullable Cursor readType(JsonObjectReader reader) {
        Map<String, Cursor> found = new LinkedHashMap<>();
        reader.text("timestamp", pointer -> found.put("timestamp", Cursor.timestamp(pointer)));
        reader.text("number", pointer -> found.put("number", Cursor.number(pointer)));
        reader.text("opaque", pointer -> found.put("opaque", Cursor.opaque(pointer)));
        reader.text("nextUrl", pointer -> found.put("nextUrl", Cursor.nextUrl(pointer)));
        String kind = reader.exactlyOneOf("timestamp", "number", "opaque", "nextUrl");
        return kind == null ? null : found.get(kind);
    }

    private static @Nullable Expiry readExpiry(JsonObjectReader reader) {
        // "text": A text that the body of such a response contains. Default: any body.
        String text = reader.text("text");
        // "status": The status of the response to an expired cursor.
        reader.require("status");
        List<Expiry> read = new ArrayList<>();
        reader.integer("status", status -> read.add(new Expiry(status, text == null ? "" : text)));
        return read.isEmpty() ? null : read.get(0);
    }
}
