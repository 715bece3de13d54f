package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What happens where there is no value: one of the filters {@code default}, {@code omit}, {@code null}, {@code required}. */
record MissingValuePolicy(
        OnMissing kind, Level level, @Nullable JsonNode instead) {

    static final List<String> NAMES = List.of("default", "omit", "null", "required");

    enum OnMissing {
        DEFAULT,
        OMIT,
        NULL,
        REQUIRED
    }

    /** What counts as no value; each includes those before it. */
    enum Level {
        MISSING,
        NULL,
        EMPTY
    }

    static MissingValuePolicy of(FilterArguments arguments) {
        OnMissing kind = OnMissing.valueOf(arguments.filter().toUpperCase(Locale.ROOT));
        if (kind == OnMissing.REQUIRED) {
            arguments.atMost(0);
            return new MissingValuePolicy(kind, Level.EMPTY, null);
        }
        int values = kind == OnMissing.DEFAULT ? 1 : 0;
        arguments.atMost(values + 1);
        JsonNode instead = kind == OnMissing.DEFAULT
                ? arguments.literal(0, "the value to use instead, such as default('none')")
                : null;
        return new MissingValuePolicy(kind, level(arguments, values), instead);
    }

    private static Level level(FilterArguments arguments, int index) {
        if (arguments.list().size() <= index) {
            return Level.MISSING;
        }
        JsonNode argument = arguments.list().get(index).literal();
        if (argument.isNull()) {
            return Level.NULL;
        }
        if ("empty".equals(arguments.word(index))) {
            return Level.EMPTY;
        }
        throw arguments.wrong(
                "it can be told \"null\" (also when the value is null) or \"empty\" (also when it is empty)");
    }

    boolean covers(@Nullable JsonNode value) {
        if (value == null) {
            return true;
        }
        if (value.isNull()) {
            return level != Level.MISSING;
        }
        return level == Level.EMPTY && isEmpty(value);
    }

    static boolean isEmpty(JsonNode value) {
        return value.isContainerNode()
                ? value.isEmpty()
                : value.isTextual() && value.textValue().isEmpty();
    }

    /** What stands instead of a value that is covered: a missing node when it is to be left out, null when it is still missing. */
    @Nullable JsonNode apply(@Nullable JsonNode value) {
        return switch (kind) {
            case DEFAULT -> instead;
            case OMIT -> MissingNode.getInstance();
            case NULL -> NullNode.getInstance();
            case REQUIRED -> {
                if (value == null) {
                    yield null;
                }
                throw value.isNull()
                        ? new ValueRejectedException(Code.NULL, "is null, but required")
                        : new ValueRejectedException(Code.EMPTY, "is empty, but required");
            }
        };
    }
}
