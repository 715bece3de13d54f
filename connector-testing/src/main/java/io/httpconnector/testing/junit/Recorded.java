package io.httpconnector.testing.junit;

import io.httpconnector.testing.recording.Recording;
import io.httpconnector.testing.recording.RecordingBuilder;
import io.httpconnector.testing.recording.RecordingMode;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test a {@link Recording}, as a parameter or in a field: the test replays the file, and records it if it does not exist
 * or if {@code -Dconnector.record=true} is set. With {@code -Dconnector.record=never}, which is the default if the environment
 * variable {@code CI} is set, a missing file is an error. See {@link RecordingMode#ofSystem()}.
 *
 * <pre>{@code
 * @Test
 * void issuesAreListed(@Recorded("issues.har") Recording recording) {
 *     try (HttpConnection jira = recording.attachTo(Connections.jira()).build()) {
 *         assertThat(new Issues(jira).open()).hasSize(3);
 *     }
 * }
 * }</pre>
 *
 * <p>The extension closes the recording after the test: it writes the file if the test has passed, or fails the test if recorded
 * exchanges were not used. A failed test leaves the file as it is. A recording in a static field is shared by the tests of the
 * class and is closed after all of them. On a method or class, the annotation applies to parameters without one. Tests may
 * run concurrently.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.PARAMETER, ElementType.FIELD})
@ExtendWith(RecordedExtension.class)
public @interface Recorded {

    /**
     * The file, relative to the directory of recordings: {@code src/test/resources/recordings}, or the value of the system
     * property {@code connector.recordings}. Default: {@code <class>.<method>.har}; for repeated and parameterized tests, with
     * the number of the invocation, as in {@code <class>.<method>.2.har}; for a static field, {@code <class>.har}.
     *
     * @return the file
     */
    String value() default "";

    /**
     * Header fields that are not compared.
     *
     * @return the names, as for {@link RecordingBuilder#ignoreHeader}
     */
    String[] ignoreHeaders() default {};

    /**
     * Header fields that are compared in archives of other tools.
     *
     * @return the names, as for {@link RecordingBuilder#matchHeader}
     */
    String[] matchHeaders() default {};

    /**
     * Query parameters that are not compared.
     *
     * @return the names, as for {@link RecordingBuilder#ignoreQuery}
     */
    String[] ignoreQuery() default {};

    /**
     * Members of bodies that are not compared.
     *
     * @return JSON pointers, as for {@link RecordingBuilder#ignoreBody}
     */
    String[] ignoreBody() default {};

    /**
     * Names of values that are masked.
     *
     * @return the names, as for {@link RecordingBuilder#secretName}
     */
    String[] secretNames() default {};

    /**
     * Whether requests must be sent in the order of the recording.
     *
     * @return false by default
     */
    boolean strictOrder() default false;

    /**
     * Whether recorded exchanges may be left over.
     *
     * @return false by default
     */
    boolean allowUnused() default false;
}
