export { openMailer, type Mail, type Mailer, type OutboxMail } from './mailer.ts';
export { mailModule } from './routes.ts';
