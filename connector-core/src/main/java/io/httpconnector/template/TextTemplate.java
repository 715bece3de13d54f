package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.template.TemplateProblem.Code;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A text with pills: literal strings, and pills that each know how they are encoded. Immutable. */
record TextTemplate(List<Object> pieces) {

    static final String PATH_ONLY = "the filter path has a meaning in the path of the URL only";

    /** A pill in its place. */
    record Placed(Expression pill, Encoding encoding) {}

    /** What happens to a value on its way in; each throws a {@link Refusal} when the value can't stand there. */
    enum Encoding {
        /** Nothing: whoever takes the text encodes or checks it. */
        PLAIN {
            @Override
            String encode(String value) {
                return Encode.unicode(value);
            }
        },
        /** As a part of one path segment (RFC 3986, section 3.3). */
        SEGMENT {
            @Override
            String encode(String value) {
                return Encode.percent(refuseOtherPath(value), "");
            }
        },
        /** As several path segments. */
        SEGMENTS {
            @Override
            String encode(String value) {
                for (String segment : value.split("/", -1)) {
                    String unused = refuseOtherPath(segment);
                }
                return Encode.percent(value, "/");
            }
        },
        /** As a part of a query. */
        QUERY {
            @Override
            String encode(String value) {
                return Encode.percent(value, "");
            }
        },
        /** As a part of a host; the whole host is checked afterwards. */
        HOST {
            @Override
            String encode(String value) {
                if (!value.matches("[A-Za-z0-9-]++(\\.[A-Za-z0-9-]++)*+")) {
                    throw new Refusal(
                            Code.UNENCODABLE, "is no part of a host name: letters, digits, hyphens and dots are");
                }
                return value;
            }
        },
        /** Between two tags. */
        XML_TEXT {
            @Override
            String encode(String value) {
                return Encode.xml(value, false);
            }
        },
        /** In the value of an attribute. */
        XML_ATTRIBUTE {
            @Override
            String encode(String value) {
                return Encode.xml(value, true);
            }
        };

        abstract String encode(String value);

        private static String refuseOtherPath(String segment) {
            if (segment.isEmpty()) {
                throw new Refusal(Code.EMPTY, "is empty, which would make another path");
            }
            if (segment.equals(".") || segment.equals("..")) {
                throw new Refusal(Code.UNENCODABLE, "is a dot segment, which would make another path");
            }
            return segment;
        }
    }

    TextTemplate {
        pieces = List.copyOf(pieces);
    }

    List<Expression> pills() {
        List<Expression> pills = new ArrayList<>();
        for (Object piece : pieces) {
            if (piece instanceof Placed placed) {
                pills.add(placed.pill);
            }
        }
        return pills;
    }

    /** The text when there are no pills in it, or else null. */
    @Nullable String fixed() {
        return pills().isEmpty() ? sample("") : null;
    }

    /** The text with the same word instead of each value. */
    String sample(String word) {
        StringBuilder sample = new StringBuilder();
        for (Object piece : pieces) {
            sample.append(piece instanceof Placed ? word : (String) piece);
        }
        return sample.toString();
    }

    /** The pill that is the whole of the text, or null. */
    @Nullable Expression whole() {
        return pieces.size() == 1 && pieces.get(0) instanceof Placed placed ? placed.pill : null;
    }

    /** The text with its values, or null when it is to be left out; what is wrong stands in the scope. */
    @Nullable String render(Scope scope) {
        StringBuilder text = new StringBuilder();
        boolean omitted = false;
        for (int i = 0; i < pieces.size(); i++) {
            if (!(pieces.get(i) instanceof Placed placed)) {
                text.append((String) pieces.get(i));
                continue;
            }
            try {
                JsonNode value = placed.pill.evaluatePresent(scope);
                if (value == null) {
                    omitted = true;
                } else {
                    text.append(placed.encoding.encode(Filters.single(value)));
                }
            } catch (Refusal e) {
                scope.problems().add(placed.pill.problem(e));
            }
        }
        return omitted ? null : text.toString();
    }

    /** The pieces of a text in which every pill has the same encoding. */
    static TextTemplate compile(
            Language language, String part, String text, Encoding encoding, List<TemplateProblem> problems) {
        List<Object> pieces = new ArrayList<>();
        for (Object piece : language.cut(part, text, encoding::encode, problems)) {
            pieces.add(piece instanceof Expression pill ? placed(pill, encoding, problems) : piece);
        }
        return new TextTemplate(pieces);
    }

    /** A pill in text, where null has no place. */
    static Placed placed(Expression pill, Encoding encoding, List<TemplateProblem> problems) {
        boolean keepsSlashes = pill.keepsSlashes();
        if (keepsSlashes && encoding != Encoding.SEGMENT) {
            problems.add(pill.problem(Code.WRONG_PLACE, PATH_ONLY));
        }
        if (pill.makesNull()) {
            problems.add(pill.problem(Code.WRONG_PLACE, "null has no text: write | default('') or | omit"));
        }
        return new Placed(pill, keepsSlashes ? Encoding.SEGMENTS : encoding);
    }
}
