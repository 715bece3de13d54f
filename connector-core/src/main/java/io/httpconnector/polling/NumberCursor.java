package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.TimestampFormat.TimeRange;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** A cursor by an increasing number. */
final class NumberCursor extends PositionCursor {

    private final long lookback;

    NumberCursor(ValueSource field, Common common) {
        this(field, common, 0);
    }

    private NumberCursor(ValueSource field, Common common, long lookback) {
        super(field, common);
        this.lookback = lookback;
    }

    @Override
    NumberCursor with(Common changed) {
        return new NumberCursor(field, changed, lookback);
    }

    NumberCursor withLookback(long numbers) {
        return new NumberCursor(field, common().set("lookback", JsonSupport.parse(Long.toString(numbers))), numbers);
    }

    @Override
    @Nullable TimeRange position(JsonNode item) {
        JsonNode value = field.in(item);
        if (value.isMissingNode() || value.isNull() || value.asText().isBlank()) {
            return null;
        }
        String text = value.asText().strip();
        if (!text.matches("[+-]?[\\d.]{1,100}([eE][+-]?\\d{1,2})?")) {
            // A longer number, or one with an exponent of nine digits, would take minutes to expand.
            throw new NumberFormatException("not a number");
        }
        long number = new BigDecimal(text).setScale(0, RoundingMode.FLOOR).longValueExact();
        return new TimeRange(number, number);
    }

    @Override
    long resolution() {
        return 1;
    }

    @Override
    long lookback() {
        return lookback;
    }

    @Override
    boolean looksBackEachTime() {
        return lookback > 0;
    }

    @Override
    boolean isTime() {
        return false;
    }

    @Override
    String format(long position) {
        return Long.toString(position);
    }

    @Override
    String identityText() {
        return "NUMBER " + field;
    }
}
