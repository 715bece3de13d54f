package io.httpconnector.definition.internal;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.ObjectCodec;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.Reader;
import java.math.BigInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * The types of plain scalars by the core schema of YAML 1.2 (section 10.3): {@code NO}, {@code 1_000} and {@code 12:30} are texts.
 * Rejects numbers with leading zeros, which are codes, such as postal codes.
 */
public final class CoreSchemaYaml {

    /** The message of the failure for a number with a leading zero. */
    public static final String LEADING_ZERO =
            "a number with a leading zero: write it in quotes if it is a code, otherwise without the zero";

    private static final Pattern NULL = Pattern.compile("~|null|Null|NULL|");
    private static final Pattern BOOLEAN = Pattern.compile("true|True|TRUE|false|False|FALSE");
    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern OCTAL = Pattern.compile("0o[0-7]{1,1000}");
    private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F]{1,1000}");
    private static final Pattern FLOAT = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final Pattern NOT_A_NUMBER = Pattern.compile("[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");
    private static final Pattern CODE = Pattern.compile("[-+]?0[0-9].*");

    private static final Resolver YAML_1_1 = new Resolver();

    private CoreSchemaYaml() {}

    /** Returns whether a plain scalar is another value than this text, by the core schema or by YAML 1.1. */
    public static boolean isTyped(String text) {
        return text.equals("=")
                || !tag(text).equals(Tag.STR)
                || !YAML_1_1.resolve(NodeId.scalar, text, true).equals(Tag.STR);
    }

    private static Tag tag(String text) {
        if (NULL.matcher(text).matches()) {
            return Tag.NULL;
        }
        if (BOOLEAN.matcher(text).matches()) {
            return Tag.BOOL;
        }
        if (INTEGER.matcher(text).matches()
                || OCTAL.matcher(text).matches()
                || HEXADECIMAL.matcher(text).matches()) {
            return Tag.INT;
        }
        return FLOAT.matcher(text).matches() || NOT_A_NUMBER.matcher(text).matches() ? Tag.FLOAT : Tag.STR;
    }

    /** Returns the digits of an octal or hexadecimal number in base ten; other texts as they are. */
    private static String decimal(String text) {
        if (OCTAL.matcher(text).matches()) {
            return new BigInteger(text.substring(2), 8).toString();
        }
        return HEXADECIMAL.matcher(text).matches() ? new BigInteger(text.substring(2), 16).toString() : text;
    }

    /** A factory of parsers that follow the core schema. */
    public static final class Factory extends YAMLFactory {

        private static final long serialVersionUID = 1L;

        private final boolean areTexts;

        /** Creates a factory of parsers that give plain scalars their types. */
        public Factory() {
            this(false);
        }

        /**
         * Creates a factory.
         *
         * @param areTexts whether plain scalars are texts as they are written, such as {@code 1.10}, but for null
         */
        Factory(boolean areTexts) {
            this.areTexts = areTexts;
        }

        @Override
        protected YAMLParser _createParser(Reader text, IOContext context) {
            LoaderOptions options = _loaderOptions == null ? new LoaderOptions() : _loaderOptions;
            return new CoreSchemaParser(
                    context, _parserFeatures, _yamlParserFeatures, options, _objectCodec, text, areTexts);
        }
    }

    private static final class CoreSchemaParser extends YAMLParser {

        private final boolean areTexts;

        CoreSchemaParser(
                IOContext context,
                int features,
                int yamlFeatures,
                LoaderOptions options,
                @Nullable ObjectCodec codec,
                Reader text,
                boolean areTexts) {
            super(context, features, yamlFeatures, options, codec, text);
            this.areTexts = areTexts;
        }

        @Override
        protected JsonToken _decodeScalar(ScalarEvent scalar) throws IOException {
            if (scalar.getTag() != null || scalar.getScalarStyle() != ScalarStyle.PLAIN) {
                return super._decodeScalar(scalar);
            }
            String text = scalar.getValue();
            Tag tag = tag(text);
            if (tag.equals(Tag.NULL)) {
                // An explicit tag would make a missing value an empty text.
                return super._decodeScalar(scalar);
            }
            if (areTexts) {
                tag = Tag.STR;
            }
            boolean isNumber = tag.equals(Tag.INT) || tag.equals(Tag.FLOAT);
            if (isNumber && CODE.matcher(text).matches()) {
                JsonParser parser = this;
                throw new JsonParseException(parser, LEADING_ZERO, currentTokenLocation());
            }
            return super._decodeScalar(new ScalarEvent(
                    scalar.getAnchor(),
                    tag.getValue(),
                    scalar.getImplicit(),
                    isNumber ? decimal(text) : text,
                    scalar.getStartMark(),
                    scalar.getEndMark(),
                    scalar.getScalarStyle()));
        }
    }
}
