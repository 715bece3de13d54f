package io.httpconnector.internal.json;

import static io.httpconnector.internal.Arguments.notNull;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.TreeNode;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Loggers;
import io.httpconnector.internal.text.CharsetDetector;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.reflect.Type;
import java.nio.charset.Charset;
import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and writes JSON with Jackson: numbers keep every digit that they came with, and values of
 * {@code java.time} are written as ISO 8601 text, optional values as their value or null. Thread-safe.
 */
public final class JsonSupport {

    private static final Logger LOG = LoggerFactory.getLogger(Loggers.CONNECTION);

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            // First, so that the serializers and deserializers of this library take precedence.
            .addModules(modules())
            .addModule(new SimpleModule("http-connector")
                    .addSerializer(new TimeSerializer())
                    .addSerializer(TemporalAmount.class, ToStringSerializer.instance)
                    .addSerializer(new OptionalSerializer())
                    .addDeserializer(JsonNode.class, new LosslessTreeDeserializer()))
            .addModule(Jackson3.module())
            .build();
    private static final ValueMapper VALUES = ValueMapper.of(MAPPER);
    private static final ObjectMapper PIECES = new Pieces(MAPPER);

    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    private JsonSupport() {}

    /** Returns the Jackson modules on the class path, such as those for {@code java.time}, {@code Optional} and Kotlin. */
    private static List<Module> modules() {
        List<Module> modules = new ArrayList<>();
        Iterator<Module> found = ServiceLoader.load(Module.class, JsonSupport.class.getClassLoader())
                .iterator();
        while (true) {
            try {
                if (!found.hasNext()) {
                    return modules;
                }
                modules.add(found.next());
            } catch (ServiceConfigurationError | LinkageError e) {
                // ServiceLoader continues after a module that can't be created.
                LOG.warn("A Jackson module on the class path can't be used: {}", e.toString());
            }
        }
    }

    /**
     * Any value as a tree: a map, a record, a bean, a list, or what is a tree already, of Jackson 2 or Jackson 3, also within the
     * others.
     *
     * @param value the value
     * @return the tree
     * @throws InvalidDefinitionException when Jackson has no way to write the value
     */
    public static JsonNode tree(Object value) {
        return VALUES.tree(value);
    }

    /**
     * JSON text as a tree.
     *
     * @param text one JSON value
     * @return the tree, whose numbers are written as they were read
     * @throws InvalidDefinitionException when the text is not one JSON value: says where
     */
    public static JsonNode parse(String text) {
        check(text);
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new InvalidDefinitionException("JSON", describe(e));
        }
    }

    /**
     * JSON as a tree, from bytes.
     *
     * @param json one JSON value, in UTF-8, UTF-16 or UTF-32
     * @return the tree, whose numbers are written as they were read; a missing node when there is nothing but white space
     * @throws IOException when it is not one JSON value: says where, and nothing of the content
     */
    public static JsonNode parse(byte[] json) throws IOException {
        try (JsonParser parser = MAPPER.getFactory().createParser(json)) {
            if (parser.nextToken() == null) {
                return MissingNode.getInstance();
            }
            JsonNode tree = LosslessTreeDeserializer.read(parser, MAPPER.getNodeFactory());
            if (parser.nextToken() != null) {
                throw new IOException("more follows after the JSON value");
            }
            return tree;
        } catch (JsonProcessingException e) {
            // Jackson's message quotes what it can't read.
            JsonLocation at = e.getLocation();
            throw new IOException(
                    at == null
                            ? "it is no JSON"
                            : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": it is no JSON");
        }
    }

    /** Returns a mapper like that of this class with additional modules, the last of which takes precedence. */
    static ObjectMapper mapperWith(Module... modules) {
        return MAPPER.copy().registerModules(modules);
    }

    /**
     * Writes a value with the mapper of this library, whatever the default is.
     *
     * @param value the value
     * @return its JSON in UTF-8
     * @throws IOException when it can't be written
     */
    public static byte[] writeStandard(Object value) throws IOException {
        return MAPPER.writeValueAsBytes(ValueMapper.tree(MAPPER, value));
    }

    /**
     * A JSON pointer, read strictly: RFC 6901, section 3.
     *
     * @param text the pointer; empty for the whole document
     * @return the pointer
     * @throws InvalidDefinitionException when it is no JSON pointer: says why
     */
    public static JsonPointer pointer(String text) {
        notNull(text, "JSON pointer");
        if (!text.isEmpty() && text.charAt(0) != '/') {
            throw invalidPointer("it begins with a slash");
        }
        for (int i = text.indexOf('~'); i >= 0; i = text.indexOf('~', i + 1)) {
            if (i + 1 == text.length() || "01".indexOf(text.charAt(i + 1)) < 0) {
                throw invalidPointer("a \"~\" is followed by 0 or 1: write ~0 for the character itself");
            }
        }
        return JsonPointer.compile(text);
    }

    private static InvalidDefinitionException invalidPointer(String rule) {
        return new InvalidDefinitionException(
                "JSON pointer", "it is no JSON pointer (RFC 6901) such as /data/token: " + rule);
    }

    /**
     * A number that is written digit for digit as it was read, such as {@code 1.50}, {@code 1E400} or an integer of 400 digits.
     *
     * @param text a number as JSON has it (RFC 8259, section 6)
     * @return the number
     * @throws InvalidDefinitionException when the text is no such number, or has more than 1000 digits
     */
    public static JsonNode number(String text) {
        boolean numeric = text.length() <= 1000 && NUMBER.matcher(text).matches();
        try {
            if (numeric) {
                return LosslessTreeDeserializer.Written.node(text);
            }
        } catch (NumberFormatException e) {
            // The exponent is out of range.
        }
        throw new InvalidDefinitionException("JSON number", "it is no number that JSON has");
    }

    /**
     * Reads JSON piece by piece, so that it may be of any size. What {@code readValueAsTree} gives is as from
     * {@link #parse}.
     *
     * @param json one JSON value, or several one after the other; in UTF-8, UTF-16 or UTF-32
     * @return a parser at its beginning; to close it closes the stream
     * @throws IOException when the stream can't be read
     */
    public static JsonParser parser(InputStream json) throws IOException {
        return PIECES.createParser(json);
    }

    /**
     * Reads XML piece by piece, in the same tree as {@code Response.xml()}: elements of one name come as fields of one name.
     *
     * @param xml one document
     * @return a parser at the beginning of the root element's content
     * @throws IOException when the stream can't be read, or is not XML
     * @throws ConnectorException when the library {@code jackson-dataformat-xml} is missing
     */
    public static JsonParser xmlParser(InputStream xml) throws IOException {
        return Xml.parser(xml);
    }

    /**
     * Reads XML piece by piece, as {@link #xmlParser(InputStream)}, in a character set that is known.
     *
     * @param xml one document
     * @param charset its character set, whatever the document declares
     * @return a parser at the beginning of the root element's content
     * @throws IOException when the stream can't be read, or is not XML
     * @throws ConnectorException when the library {@code jackson-dataformat-xml} is missing
     */
    public static JsonParser xmlParser(InputStream xml, Charset charset) throws IOException {
        return Xml.parser(new InputStreamReader(xml, charset));
    }

    /** Reads one of several values, without what Jackson prepares for each. */
    private static final class Pieces extends ObjectMapper {

        private static final long serialVersionUID = 1L;

        Pieces(ObjectMapper like) {
            super(like);
        }

        @Override
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as Jackson declares it
        public <T extends TreeNode> T readTree(JsonParser parser) throws IOException {
            return (T) LosslessTreeDeserializer.read(parser, getNodeFactory());
        }
    }

    public static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(tree(value));
        } catch (JsonProcessingException e) {
            throw new InvalidDefinitionException("JSON value", firstLine(e.getOriginalMessage()));
        }
    }

    public static JsonNode read(byte[] bytes) throws IOException {
        return MAPPER.readTree(bytes);
    }

    /** Reads a body in the charset in which {@link CharsetDetector} reads it as text; a missing node if it is empty. */
    public static JsonNode read(byte[] bytes, @Nullable String contentType) throws IOException {
        String text = CharsetDetector.declaredText(bytes, contentType);
        if (text != null) {
            return MAPPER.readTree(text);
        }
        try {
            return MAPPER.readTree(bytes);
        } catch (IOException e) {
            if (CharsetDetector.isUtf8(bytes)) {
                throw e;
            }
            return MAPPER.readTree(CharsetDetector.of(bytes, contentType));
        }
    }

    /**
     * Reads a body as an object, in the charset in which it is read as text. Jackson modules on the class path are used.
     *
     * @throws JsonProcessingException when the body is not JSON, does not match the type, or has a member whose name is written
     *     differently from a property of the type
     */
    @SuppressWarnings("TypeParameterUnusedInFormals") // as Jackson declares it
    public static <T> @Nullable T read(byte[] bytes, @Nullable String contentType, Type type) throws IOException {
        MismatchedNames names = new MismatchedNames();
        ObjectReader reader = MAPPER.readerFor(MAPPER.constructType(type)).withHandler(names);
        T value = read(reader, bytes, contentType);
        if (!names.isEmpty()) {
            names.check(read(bytes, contentType));
        }
        return value;
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // as Jackson declares it
    private static <T> @Nullable T read(ObjectReader reader, byte[] bytes, @Nullable String contentType)
            throws IOException {
        String text = CharsetDetector.declaredText(bytes, contentType);
        if (text != null) {
            return reader.readValue(text);
        }
        try {
            return reader.readValue(bytes);
        } catch (IOException e) {
            if (CharsetDetector.isUtf8(bytes)) {
                throw e;
            }
            return reader.readValue(CharsetDetector.of(bytes, contentType));
        }
    }

    public static JsonNode readLenient(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    /** Refuses what is not one whole JSON value, and says where. */
    public static void check(String text) {
        try (JsonParser parser = MAPPER.createParser(text)) {
            if (parser.nextToken() == null) {
                throw new InvalidDefinitionException("JSON body", "it is empty");
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                JsonLocation at = parser.currentTokenLocation();
                throw new InvalidDefinitionException(
                        "JSON body",
                        "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": more follows after the value");
            }
        } catch (JsonProcessingException e) {
            throw new InvalidDefinitionException("JSON body", describe(e));
        } catch (IOException e) {
            throw new InvalidDefinitionException("JSON body", firstLine(e.getMessage()));
        }
    }

    /**
     * Jackson's own message, without the excerpt of the source that it appends: that may hold what must not be shown.
     *
     * @param e what Jackson has thrown
     * @return where it is wrong and why, in a line
     */
    public static String describe(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        String where = at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ";
        String why = firstLine(e.getOriginalMessage());
        boolean isMarkup = at != null && at.getLineNr() == 1 && at.getColumnNr() <= 2 && why.contains("'<' (code 60)");
        String advice = MismatchedNames.advice(why);
        return where
                + (isMarkup ? "it is HTML or XML, such as the page of a login or of a proxy" : why)
                + (advice == null ? "" : ": " + advice);
    }

    static String firstLine(@Nullable String message) {
        if (message == null) {
            return "no reason is given";
        }
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    /**
     * Returns a scalar as text.
     *
     * @param value any node
     * @return the text; null for null, a missing node, a container and white space
     */
    public static @Nullable String scalarText(JsonNode value) {
        String text = value.isNull() || value.isMissingNode() || value.isContainerNode() ? "" : value.asText();
        return text.isBlank() ? null : text;
    }
}
