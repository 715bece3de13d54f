/**
 * A wizard that creates a request configuration by sending samples: set method and URL, configure and send, review and save.
 * Start with {@link io.httpconnector.wizard.RequestWizard}; the result is a {@link io.httpconnector.wizard.SavedRequest}.
 * Depends on the root package and the template package.
 */
@NullMarked
package io.httpconnector.wizard;

import org.jspecify.annotations.NullMarked;
